import type { SetupWords } from './words.ts';

export const fr: SetupWords = {
  title: 'Vérifier et installer',
  explained: 'Ce que votre org Salesforce possède, ce qui lui manque pour Cordboard, et qui peut y remédier.',
  loading: 'Examen de l’org …',
  failed: 'Cela n’a pas fonctionné :',
  retry: 'Réessayer',
  check: {
    title: 'Vérification',
    at: 'Examiné {when}',
    again: 'Vérifier à nouveau',
    allWell: 'Rien ne manque.',
    more: 'En savoir plus',
    levels: { ok: 'En ordre', warn: 'À regarder', bad: 'À corriger', off: 'À savoir' },
    menders: {
      'org-admin': 'Un administrateur Salesforce peut y remédier.',
      admin: 'Vous pouvez y remédier ici.',
      operator: 'La personne qui exploite ce serveur peut y remédier.',
      time: 'Cela passe tout seul.',
    },
    areas: {
      connection: 'Connexion',
      org: 'Org et édition',
      api: 'Appels API',
      user: 'Utilisateur connecté',
      rights: 'Droits d’installation',
      tasks: 'Tâches et leurs champs',
      'name-field': 'Le champ de notre nom',
      version: 'Ce que Cordboard a installé',
      persons: 'Fiches pour les inconnus',
      book: 'Fiches avec numéros de téléphone',
      sharing: 'Ce que l’utilisateur peut voir',
      objects: 'Objets de cette org',
      layouts: 'Activités sur les pages',
      queues: 'Files d’attente pour les tâches',
      rules: 'Règles de duplication et d’affectation',
      zone: 'Fuseau horaire',
      address: 'Adresse publique',
    },
    problems: {
      'not-connected': 'L’org n’est pas connectée. {because}',
      'org-read-only':
        'Salesforce a mis l’org en maintenance : on peut la lire, mais rien ne peut y être écrit. Les appels sont conservés et écrits ensuite.',
      'org-trial-ends': 'La période d’essai de cette org se termine dans {days} jours. Achetez-la ou connectez une autre org d’ici là.',
      'org-edition':
        'Dans {edition}, l’API est une option et les ensembles d’autorisations sont limités. Cela fonctionne aujourd’hui ; assurez-vous auprès de Salesforce que cela dure.',
      'api-nearly-spent':
        '{percent} % des appels API des dernières 24 heures sont utilisés ({used} sur {max}). Une fois épuisés, les appels téléphoniques attendent qu’il y en ait de nouveau. Regardez dans la Configuration qui les utilise.',
      'api-too-small':
        'Avec {calls} appels par jour, Cordboard peut avoir besoin d’environ {forecast} appels API ; l’org en a {max} pour tous. Achetez-en davantage ou connectez moins de lignes.',
      'user-is-admin':
        'Cordboard est connecté en tant que {user}, qui peut tout modifier ({profile}). Un utilisateur dédié, avec la licence Salesforce Integration et les seuls droits nécessaires, est plus sûr.',
      'user-works':
        'Quelqu’un s’est connecté comme cet utilisateur le {when}. Donnez à Cordboard un utilisateur avec lequel personne ne travaille : ses modifications ne se distinguent pas de celles de Cordboard.',
      'user-is-agent': '{user} est l’un de vos agents et aussi l’utilisateur connecté de Cordboard. Connectez un autre utilisateur.',
      'logins-unseen': 'Impossible de savoir si une personne travaille avec l’utilisateur connecté.',
      'rights-unseen': 'Les droits de l’utilisateur connecté n’ont pas pu être lus. « View Setup and Configuration » le permet.',
      'rights-to-install':
        'Pour installer d’ici, il manque à l’utilisateur connecté : {rights}. Accordez-les le temps nécessaire, ou déployez le dossier avec la CLI Salesforce.',
      'tasks-read-only': 'L’utilisateur connecté ne peut ni créer ni modifier de tâches. Accordez-lui « Edit Tasks ».',
      'fields-hidden':
        'L’utilisateur connecté ne peut pas écrire ces champs de Task, qui restent vides : {fields}. Accordez-lui l’accès en modification.',
      'fields-required':
        'Dans cette org, chaque {object} doit avoir {fields}, que Cordboard ne remplit pas. Rendez-les facultatifs ou donnez-leur une valeur par défaut.',
      'picklists-restricted':
        'Ces listes à sélection multiple sont restreintes : {fields}. Une étiquette absente de la liste serait refusée ; décochez « Restrict picklist to the values defined in the value set ».',
      'name-field-absent':
        'Les tâches n’ont pas de champ {field}, ou l’utilisateur connecté ne le voit pas. Cordboard fonctionne alors en forme réduite : il cherche ses propres tâches avant d’écrire, ce qui coûte plus d’appels API, et après une panne un appel sur un très grand nombre peut recevoir deux tâches ; aucune fiche n’est créée pour les inconnus. Installez-le.',
      'name-field-unfit':
        'Il manque au champ {field} : {lacks}. D’ici là, Cordboard fonctionne en forme réduite. Modifiez le champ dans le Gestionnaire d’objets → Activity.',
      'name-field-lost':
        'Le champ unique {field} est perdu : il a disparu ou a été modifié, ou l’utilisateur connecté ne peut ni le voir ni l’écrire. Rien n’est écrit tant qu’il n’est pas revenu, car des appels pourraient l’être deux fois. Réinstallez, donnez l’ensemble d’autorisations à cet utilisateur, ou désinstallez pour continuer sans ce champ.',
      'names-of-others':
        'Quelqu’un d’autre écrit dans {field} : {count} enregistrements de {object} portent une valeur qui n’est pas de Cordboard. Trouvez le Flow ou l’import responsable et arrêtez-le.',
      'names-twice':
        '{count} noms figurent dans {field} de plus d’une tâche. Supprimez les copies, sinon le champ ne peut pas devenir unique.',
      'not-installed': 'Les champs de Cordboard ne sont pas installés (version {current} disponible).',
      'installed-outdated': 'La version {installed} est installée ; la {current} est disponible. Installez-la.',
      'installed-newer': 'La version {installed} est installée et ce Cordboard connaît la {current} : mettez Cordboard à jour.',
      'installed-by-hand':
        'Les champs ont été créés à la main ou par un autre outil : aucune version n’est connue. L’installation les tient à jour désormais.',
      'permission-set-unassigned':
        'L’ensemble d’autorisations Cordboard est dans l’org, mais l’utilisateur connecté ne l’a pas. Installez à nouveau ou affectez-le.',
      'person-hidden':
        'Les inconnus doivent devenir des fiches {object}, que l’utilisateur connecté ne voit pas. Accordez-lui l’accès ou changez les règles.',
      'person-not-creatable': 'L’utilisateur connecté ne peut pas créer de fiches {object}. Accordez-lui « Create ».',
      'person-name-field':
        '{object} n’a pas de champ unique {field} que l’utilisateur connecté puisse écrire. Sans lui, un inconnu pourrait exister deux fois : aucune fiche n’est donc créée. Installez-le.',
      'person-required':
        'Dans cette org, chaque {object} doit avoir {fields}, que Cordboard ne remplit pas : les fiches des inconnus sont refusées. Rendez-les facultatifs ou donnez-leur une valeur par défaut.',
      'book-kind-unread':
        'Ces fiches doivent être comparées mais ne peuvent pas être lues : {objects}. Accordez la lecture à l’utilisateur connecté ou retirez-les des règles.',
      'sees-not-all':
        'L’utilisateur connecté ne voit qu’une partie de ces fiches : {objects}. Les appelants des autres restent inconnus. « View All » sur ces objets les montre toutes ; si c’est voulu, laissez ainsi.',
      'objects-absent': 'Cette org ou cet utilisateur n’a pas : {objects}. Ce qui en dépend est désactivé.',
      'layouts-without-activities':
        'Certaines présentations de page n’affichent aucune activité : {objects}. Les appels y sont consignés sans que personne ne les voie. Ajoutez « Activity History » et « Open Activities » aux présentations.',
      'pages-without-activities':
        'Ces pages Lightning n’ont pas de composant Activités : {pages}. Faites-y glisser « Activités » dans le Générateur d’applications.',
      'layouts-unseen': 'Impossible de savoir si les pages affichent les activités : {objects}. Ouvrez une fiche de chaque et regardez.',
      'no-task-queue':
        'Aucune file d’attente n’accepte les tâches. Les appels manqués ne peuvent alors aller qu’à des utilisateurs. Pour changer cela, créez une file et ajoutez-y Task.',
      'duplicate-rules':
        'Des règles de duplication surveillent {object} : {rules}. Une règle bloquante peut refuser les fiches des inconnus ; ces appels sont montrés avec la raison. Laissez la règle autoriser l’enregistrement ou exemptez l’utilisateur connecté.',
      'assignment-rules':
        'Des règles d’affectation sont actives ({objects}). Cordboard demande à Salesforce de ne pas les appliquer : les propriétaires sont ceux de vos règles ici.',
      'zone-differs': 'L’org est en {org}, les règles disent {policy}. Les dates des appels sans propriétaire suivent les règles.',
      'no-public-address':
        'Ce serveur n’a pas d’adresse https publique : le téléphone des agents et son URL approuvée ne sont pas installés. Définissez CORDBOARD_PUBLIC_URL, puis installez à nouveau.',
    },
  },
  install: {
    title: 'Champs et ensemble d’autorisations',
    states: {
      missing: 'Non installé : Cordboard fonctionne en forme réduite.',
      current: 'Installé, version {version}.',
      outdated: 'Installé, version {version} ; la version {current} est disponible.',
      newer: 'Installé, version {version}, par un Cordboard plus récent.',
      'by-hand': 'Les champs existent, mais Cordboard ne les a pas installés.',
    },
    explained:
      'Un seul bouton crée les champs, l’ensemble d’autorisations, le centre d’appels et l’URL approuvée, donne l’ensemble d’autorisations à l’utilisateur connecté et fait un essai avec une tâche qu’il supprime aussitôt. On peut appuyer autant de fois qu’on veut.',
    install: 'Installer',
    update: 'Mettre à jour',
    again: 'Installer à nouveau',
    running: { install: 'Installation …', uninstall: 'Désinstallation …', 'add-field': 'Création du champ …' },
    steps: {
      begin: 'Examen de l’existant',
      send: 'Envoi du paquet',
      deploy: 'Salesforce le déploie',
      fields: 'Création des champs un par un',
      assign: 'Affectation de l’ensemble d’autorisations à l’utilisateur connecté',
      verify: 'Écriture et suppression d’une tâche',
      unassign: 'Retrait de l’ensemble d’autorisations à tous',
      reconnect: 'Nouvelle connexion',
      check: 'Vérification en cours',
    },
    progress: '{done} sur {total}',
    ended: { install: 'Installé.', uninstall: 'Désinstallé : Cordboard continue en forme réduite.', 'add-field': 'Le champ est créé.' },
    notEnded: {
      failed: 'Ce n’est pas allé jusqu’au bout.',
      interrupted: 'Interrompu : le serveur qui y travaillait s’est arrêté à « {step} ». Recommencez ; rien n’est fait deux fois.',
    },
    verified: 'Une tâche a été écrite, retrouvée par son nom et supprimée.',
    byFields: 'L’utilisateur connecté ne peut pas déployer : les champs ont été créés un par un.',
    lacks: 'Il manque à l’utilisateur connecté : {rights}. Un administrateur Salesforce peut les donner dans un ensemble d’autorisations.',
    refusals: 'Ce que Salesforce a refusé :',
    leftOut: 'Laissé de côté : {part}. {because}',
    parts: { 'call-center': 'le centre d’appels', 'trusted-site': 'l’URL approuvée' },
    because: {
      'no-public-address': 'Ce serveur n’a pas d’adresse https publique (CORDBOARD_PUBLIC_URL).',
      'by-fields': 'Il y faut le droit de déployer.',
    },
  },
  remove: {
    title: 'Désinstaller',
    explained: 'Retire tout ce que Cordboard a installé. Les tâches restent ; le contenu de ces champs est perdu.',
    parts: 'Retiré : {parts}',
    fields: 'Aussi les champs créés ici : {fields}',
    stays: 'Champs d’autres qui restent, mais que l’ensemble d’autorisations n’ouvre plus : {fields}',
    tasks: 'Tâches qui perdent leur nom, leur lien et leur temps d’attente : {count}',
    people: 'Personnes qui perdent l’ensemble d’autorisations : {count}',
    back: 'Salesforce garde les champs supprimés 15 jours dans Gestionnaire d’objets → Champs supprimés ; un ensemble d’autorisations disparaît aussitôt.',
    confirm: 'Saisissez le nom de l’org pour confirmer : {name}',
    remove: 'Désinstaller',
    cancel: 'Annuler',
  },
  fields: {
    title: 'Créer un champ',
    explained:
      'Un champ à vous, pour des étiquettes, des heures ou ce que les appels doivent porter. Les champs des tâches se créent sur Activity. Les listes acceptent toute valeur.',
    object: 'Objet',
    objects: {
      activity: 'Activity (tâches)',
      lead: 'Piste',
      contact: 'Contact (personne)',
      account: 'Compte',
      case: 'Requête',
      opportunity: 'Opportunité',
    },
    label: 'Libellé',
    type: 'Type de champ',
    types: {
      text: 'Texte',
      'long-text': 'Texte long',
      number: 'Nombre',
      date: 'Date (jour)',
      'date-time': 'Date et heure',
      checkbox: 'Case à cocher',
      url: 'Adresse (lien)',
      phone: 'Numéro de téléphone',
      picklist: 'Liste de sélection',
      'multi-picklist': 'Liste à valeurs multiples (étiquettes)',
    },
    name: 'Nom API',
    nameExplained: 'Laissé vide, il est tiré du libellé.',
    add: 'Créer le champ',
    layouts: 'Il n’est encore sur aucune page : ajoutez-le à vos présentations.',
  },
};
