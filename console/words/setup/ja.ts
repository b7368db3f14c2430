import type { SetupWords } from './words.ts';

export const ja: SetupWords = {
  title: '確認とインストール',
  explained: 'Salesforce 組織にあるもの、Cordboard に足りないもの、そして誰が直せるか。',
  loading: '組織を調べています…',
  failed: 'うまくいきませんでした:',
  retry: 'もう一度',
  check: {
    title: '確認',
    at: '{when} に確認',
    again: 'もう一度確認する',
    allWell: '足りないものはありません。',
    more: '詳しく',
    levels: { ok: '問題なし', warn: '要確認', bad: '要修正', off: '参考' },
    menders: {
      'org-admin': 'Salesforce のシステム管理者が直せます。',
      admin: 'ここで直せます。',
      operator: 'このサーバーの運用者が直せます。',
      time: '時間がたてば直ります。',
    },
    areas: {
      connection: '接続',
      org: '組織とエディション',
      api: 'API コール',
      user: '接続ユーザー',
      rights: 'インストールの権限',
      tasks: 'ToDo とその項目',
      'name-field': 'Cordboard の名前の項目',
      version: 'インストール済みのもの',
      persons: '知らない相手のレコード',
      book: '電話番号のあるレコード',
      sharing: 'ユーザーに見える範囲',
      objects: 'この組織のオブジェクト',
      layouts: 'ページ上の活動',
      queues: 'ToDo のキュー',
      rules: '重複ルールと割り当てルール',
      zone: 'タイムゾーン',
      address: '公開アドレス',
    },
    problems: {
      'not-connected': '組織に接続していません。{because}',
      'org-read-only':
        'Salesforce がこの組織をメンテナンス中です。読み取りはできますが、書き込みはできません。通話は保管され、後で書き込まれます。',
      'org-trial-ends': 'この組織の試用期間はあと {days} 日で終わります。それまでに購入するか、別の組織を接続してください。',
      'org-edition':
        '{edition} では API は追加機能で、権限セットにも制限があります。今は動いています。今後も使えるか Salesforce に確認してください。',
      'api-nearly-spent':
        '過去 24 時間の API コールの {percent} % を使いました({used} / {max})。使い切ると、空きが出るまで通話は待たされます。誰が使っているかを[設定]で確認してください。',
      'api-too-small':
        '1 日 {calls} 件の通話では、約 {forecast} 回の API コールが必要になりえます。組織全体で {max} 回です。追加購入するか、接続する回線を減らしてください。',
      'user-is-admin':
        'Cordboard は {user} として接続していますが、このユーザーはすべてを変更できます({profile})。Salesforce Integration ライセンスと必要な権限だけを持つ専用ユーザーのほうが安全です。',
      'user-works':
        '{when} に、誰かが接続ユーザーとしてログインしました。誰も仕事に使わないユーザーを Cordboard に割り当ててください。そのユーザーの変更は Cordboard の変更と区別できません。',
      'user-is-agent': '{user} はエージェントの一人で、同時に Cordboard の接続ユーザーです。別のユーザーを接続してください。',
      'logins-unseen': '接続ユーザーを人が使っているかどうかは確認できませんでした。',
      'rights-unseen':
        '接続ユーザーの権限を読み取れませんでした。「設定・定義を参照する」(View Setup and Configuration)で読めるようになります。',
      'rights-to-install':
        'ここからインストールするには、接続ユーザーに次の権限が必要です: {rights}。作業の間だけ付与するか、Salesforce CLI でフォルダーをリリースしてください。',
      'tasks-read-only': '接続ユーザーは ToDo を作成・編集できません。「ToDo の編集」(Edit Tasks)を付与してください。',
      'fields-hidden': '接続ユーザーは Task の次の項目に書き込めず、空のままになります: {fields}。編集アクセス権を付与してください。',
      'fields-required':
        'この組織では {object} に {fields} が必須ですが、Cordboard は入力しません。任意にするか、デフォルト値を設定してください。',
      'picklists-restricted':
        '次の複数選択リストは制限されています: {fields}。リストにないタグは拒否されます。「値セットで定義された値に選択リストを制限します」のチェックを外してください。',
      'name-field-absent':
        'ToDo に項目 {field} がないか、接続ユーザーに見えません。なくても Cordboard は縮小形で動きます。書き込む前に自分の ToDo を探すので API コールが増え、障害の後にごくまれに 1 件の通話に ToDo が 2 つできることがあります。知らない相手のレコードは作られません。インストールしてください。',
      'name-field-unfit':
        '項目 {field} に足りないもの: {lacks}。それまで Cordboard は縮小形で動きます。オブジェクトマネージャー → Activity で項目を変更してください。',
      'name-field-lost':
        '一意の項目 {field} が失われました。削除または変更されたか、接続ユーザーが参照・編集できません。同じ通話が二重に記録されるおそれがあるため、元に戻るまで何も書き込みません。再度インストールするか、そのユーザーに権限セットを割り当ててください。この項目なしで続けるにはアンインストールしてください。',
      'names-of-others':
        '{field} にほかの何かが書き込んでいます。{object} の {count} 件に Cordboard のものでない値があります。原因のフローやインポートを見つけて止めてください。',
      'names-twice': '{count} 個の名前が複数の ToDo の {field} にあります。重複を削除しないと、項目をユニークにできません。',
      'not-installed': 'Cordboard の項目はインストールされていません(バージョン {current} があります)。',
      'installed-outdated': 'バージョン {installed} がインストールされています。{current} があります。インストールしてください。',
      'installed-newer':
        'バージョン {installed} がインストールされていますが、この Cordboard は {current} までしか知りません。Cordboard を更新してください。',
      'installed-by-hand': '項目は手作業かほかの手段で作られたもので、バージョンが分かりません。インストールすれば以後は最新に保たれます。',
      'permission-set-unassigned':
        '権限セット Cordboard は組織にありますが、接続ユーザーに割り当てられていません。もう一度インストールするか、割り当ててください。',
      'person-hidden':
        '知らない相手は {object} になる設定ですが、接続ユーザーには見えません。アクセス権を付与するか、ポリシーを変えてください。',
      'person-not-creatable': '接続ユーザーは {object} を作成できません。「作成」(Create)を付与してください。',
      'person-name-field':
        '{object} に、接続ユーザーが書き込めるユニークな項目 {field} がありません。ないと一人が二人になりうるため、レコードは作られません。インストールしてください。',
      'person-required':
        'この組織では {object} に {fields} が必須ですが、Cordboard は入力しないので、知らない相手のレコードは拒否されます。任意にするか、デフォルト値を設定してください。',
      'book-kind-unread':
        '照合の対象なのに読めないレコードがあります: {objects}。接続ユーザーに参照権限を付与するか、ポリシーから外してください。',
      'sees-not-all':
        '接続ユーザーには次のレコードの一部しか見えません: {objects}。残りの相手は不明のままです。オブジェクトの「すべて表示」(View All)で全部見えます。意図したものなら、そのままで構いません。',
      'objects-absent': 'この組織またはこのユーザーにないもの: {objects}。それを使う機能はオフです。',
      'layouts-without-activities':
        '活動が表示されないページレイアウトがあります: {objects}。通話は記録されますが、人の目に触れません。「活動予定」(Open Activities)と「活動履歴」(Activity History)をレイアウトに追加してください。',
      'pages-without-activities':
        '次の Lightning ページに活動コンポーネントがありません: {pages}。アプリケーションビルダーで「活動」をドラッグしてください。',
      'layouts-unseen': 'ページに活動が表示されるかどうかは確認できませんでした: {objects}。それぞれ 1 件開いて確かめてください。',
      'no-task-queue':
        'ToDo を受け取るキューがありません。不在着信はユーザーにしか割り当てられません。変えるには、キューを作り Task を追加してください。',
      'duplicate-rules':
        '{object} には重複ルールがあります: {rules}。ブロックするルールは知らない相手のレコードを拒否することがあり、その通話は理由とともに表示されます。保存を許可するか、接続ユーザーを除外してください。',
      'assignment-rules':
        '割り当てルールが有効です({objects})。Cordboard は実行しないよう Salesforce に求めるので、所有者はポリシーどおりです。',
      'zone-differs': '組織は {org}、ポリシーは {policy} です。誰のものでもない通話の日付はポリシーに従います。',
      'no-public-address':
        'このサーバーには公開の https アドレスがないため、エージェントの電話とその信頼済み URL はインストールされません。CORDBOARD_PUBLIC_URL を設定し、もう一度インストールしてください。',
    },
  },
  install: {
    title: '項目と権限セット',
    states: {
      missing: 'インストールされていません。Cordboard は縮小形で動いています。',
      current: 'インストール済み、バージョン {version}。',
      outdated: 'インストール済み、バージョン {version}。バージョン {current} があります。',
      newer: 'より新しい Cordboard により、バージョン {version} がインストール済みです。',
      'by-hand': '項目はありますが、Cordboard がインストールしたものではありません。',
    },
    explained:
      'ボタン一つで、項目、権限セット、コールセンター、信頼済み URL を作り、権限セットを接続ユーザーに割り当て、ToDo を 1 件書いて消して試します。何度押しても構いません。',
    install: 'インストール',
    update: '更新',
    again: 'もう一度インストール',
    running: { install: 'インストール中…', uninstall: 'アンインストール中…', 'add-field': '項目を作成中…' },
    steps: {
      begin: '今あるものを調べています',
      send: 'パッケージを送っています',
      deploy: 'Salesforce がリリースしています',
      fields: '項目を一つずつ作っています',
      assign: '権限セットを接続ユーザーに割り当てています',
      verify: 'ToDo を 1 件書いて消しています',
      unassign: '全員から権限セットを外しています',
      reconnect: '接続し直しています',
      check: '確認しています',
    },
    progress: '{total} のうち {done}',
    ended: {
      install: 'インストールしました。',
      uninstall: 'アンインストールしました。Cordboard は縮小形で動き続けます。',
      'add-field': '項目を作りました。',
    },
    notEnded: {
      failed: '最後まで終わりませんでした。',
      interrupted:
        '中断されました。作業していたサーバーが「{step}」で止まりました。もう一度始めてください。二重に行われることはありません。',
    },
    verified: 'ToDo を 1 件書き、名前で見つけ、削除しました。',
    byFields: '接続ユーザーにはリリースの権限がないため、項目を一つずつ作りました。',
    lacks: '接続ユーザーに足りない権限: {rights}。Salesforce のシステム管理者が権限セットで付与できます。',
    refusals: 'Salesforce が拒否したもの:',
    leftOut: '省いたもの: {part}。{because}',
    parts: { 'call-center': 'コールセンター', 'trusted-site': '信頼済み URL' },
    because: {
      'no-public-address': 'このサーバーには公開の https アドレスがありません(CORDBOARD_PUBLIC_URL)。',
      'by-fields': 'リリースの権限が必要です。',
    },
  },
  remove: {
    title: 'アンインストール',
    explained: 'Cordboard がインストールしたものをすべて取り除きます。ToDo は残りますが、これらの項目の値は失われます。',
    parts: '取り除くもの: {parts}',
    fields: 'ここで作った項目も: {fields}',
    stays: '残る他の項目(権限セットによるアクセス権はなくなります): {fields}',
    tasks: '名前・リンク・待ち時間を失う ToDo: {count} 件',
    people: '権限セットを失う人: {count} 人',
    back: '削除した項目は、オブジェクトマネージャー → 削除済み項目に 15 日間残ります。権限セットはすぐに消えます。',
    confirm: '確認のため組織の名前を入力してください: {name}',
    remove: 'アンインストール',
    cancel: 'キャンセル',
  },
  fields: {
    title: '項目を作る',
    explained: 'タグや時刻など、通話に持たせたいものの項目です。ToDo の項目は Activity に作られます。選択リストはどんな値も受け付けます。',
    object: 'オブジェクト',
    objects: { activity: '活動(ToDo)', lead: 'リード', contact: '取引先責任者', account: '取引先', case: 'ケース', opportunity: '商談' },
    label: '表示ラベル',
    type: '種類',
    types: {
      text: 'テキスト',
      'long-text': 'ロングテキスト',
      number: '数値',
      date: '日付',
      'date-time': '日付/時間',
      checkbox: 'チェックボックス',
      url: 'アドレス(URL)',
      phone: '電話番号',
      picklist: '選択リスト',
      'multi-picklist': '選択リスト(複数選択、タグ用)',
    },
    name: 'API 参照名',
    nameExplained: '空なら表示ラベルから作られます。',
    add: '項目を作る',
    layouts: 'まだどのページにもありません。ページレイアウトに追加してください。',
  },
};
