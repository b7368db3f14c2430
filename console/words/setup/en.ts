import type { SetupWords } from './words.ts';

export const en: SetupWords = {
  title: 'Check and install',
  explained: 'What your Salesforce org has, what it lacks for Cordboard, and who can mend it.',
  loading: 'Looking at the org …',
  failed: 'This did not work:',
  retry: 'Try again',
  check: {
    title: 'Check',
    at: 'Looked at {when}',
    again: 'Check again',
    allWell: 'Nothing is missing.',
    more: 'More about this',
    levels: { ok: 'Well', warn: 'Look at this', bad: 'Must be mended', off: 'To know' },
    menders: {
      'org-admin': 'A Salesforce administrator can mend it.',
      admin: 'You can mend it here.',
      operator: 'Whoever runs this server can mend it.',
      time: 'It passes by itself.',
    },
    areas: {
      connection: 'Connection',
      org: 'Org and edition',
      api: 'API calls',
      user: 'Connected user',
      rights: 'Rights to install',
      tasks: 'Tasks and their fields',
      'name-field': 'The field for our name',
      version: 'What Cordboard installed',
      persons: 'Records for strangers',
      book: 'Records with phone numbers',
      sharing: 'What the user can see',
      objects: 'Objects of this org',
      layouts: 'Activities on the pages',
      queues: 'Queues for tasks',
      rules: 'Duplicate and assignment rules',
      zone: 'Time zone',
      address: 'Public address',
    },
    problems: {
      'not-connected': 'The org is not connected. {because}',
      'org-read-only':
        'Salesforce has the org under maintenance: it can be read, and nothing can be written. Calls are kept and written afterwards.',
      'org-trial-ends': 'The trial of this org ends in {days} days. Buy it or connect another org before then.',
      'org-edition': 'In {edition} the API is an extra, and permission sets are limited. It works now; ask Salesforce that it stays so.',
      'api-nearly-spent':
        '{percent} % of the API calls of the last 24 hours are used ({used} of {max}). When they are spent, calls wait until some are free again. See in Setup who uses them.',
      'api-too-small':
        'With {calls} calls a day Cordboard may need about {forecast} API calls; the org has {max} for everybody. Buy more, or connect fewer lines.',
      'user-is-admin':
        'Cordboard is connected as {user}, who may change everything ({profile}). A user of its own, with the Salesforce Integration licence and only the rights it needs, is safer.',
      'user-works':
        'Somebody signed in as the connected user on {when}. Give Cordboard a user nobody works with: changes by that user are not told apart from Cordboard’s own.',
      'user-is-agent': '{user} is one of your agents and also the user Cordboard is connected as. Connect another user.',
      'logins-unseen': 'Whether a person works with the connected user could not be looked at.',
      'rights-unseen': 'The rights of the connected user could not be read. “View Setup and Configuration” allows it.',
      'rights-to-install':
        'To install from here, the connected user needs: {rights}. Give them for as long as it takes, or deploy the folder by the Salesforce CLI.',
      'tasks-read-only': 'The connected user may not create or edit tasks. Give it “Edit Tasks”.',
      'fields-hidden': 'The connected user may not write these fields of Task; they stay empty: {fields}. Give edit access to them.',
      'fields-required':
        'Every {object} must have {fields} in this org, which Cordboard does not fill. Make them optional, or give them a default value.',
      'picklists-restricted':
        'These multi-select picklists are restricted: {fields}. A tag that is not in the list would be refused; untick “Restrict picklist to the values defined in the value set”.',
      'name-field-absent':
        'Tasks have no field {field}, or the connected user can’t see it. Cordboard works without it in the reduced form: it looks for its own tasks before it writes, which takes more API calls, and after a crash one call in very many may get two tasks; no records are made for strangers. Install it.',
      'name-field-unfit':
        'The field {field} lacks: {lacks}. Until then Cordboard works in the reduced form. Change the field in Object Manager → Activity.',
      'name-field-lost':
        'The unique field {field} is lost: it is gone or was changed, or the connected user can’t see it or write into it. Nothing is written until it is back, since calls could be written twice. Install again, give that user the permission set, or uninstall to go on without the field.',
      'names-of-others':
        'Somebody else writes into {field}: {count} records of {object} hold a value that is not Cordboard’s. Find the Flow or import that does it, and stop it.',
      'names-twice': '{count} names stand in {field} of more than one task. Delete the copies, or the field can’t be made unique.',
      'not-installed': 'Cordboard’s fields are not installed (version {current} is at hand).',
      'installed-outdated': 'Version {installed} is installed; {current} is at hand. Install it.',
      'installed-newer': 'Version {installed} is installed, and this Cordboard knows {current}: update Cordboard.',
      'installed-by-hand':
        'The fields were made by hand or by something else: no version can be told. Installing keeps them up from then on.',
      'permission-set-unassigned':
        'The permission set Cordboard is in the org, but the connected user does not have it. Install again, or assign it.',
      'person-hidden':
        'Strangers are to become {object} records, which the connected user can’t see. Give it access, or change the policy.',
      'person-not-creatable': 'The connected user may not create {object} records. Give it “Create” on them.',
      'person-name-field':
        '{object} has no unique field {field} that the connected user may write. Without it one stranger could become two, so none is made. Install it.',
      'person-required':
        'Every {object} must have {fields} in this org, which Cordboard does not fill: strangers’ records are refused. Make them optional, or give them a default value.',
      'book-kind-unread':
        'These records are to be matched and can’t be read: {objects}. Give the connected user read access, or take them out of the policy.',
      'sees-not-all':
        'The connected user sees only some of these records: {objects}. Callers among the others stay unknown. “View All” on the objects shows all of them; if it is on purpose, leave it.',
      'objects-absent': 'This org or this user does not have: {objects}. What needs them is switched off.',
      'layouts-without-activities':
        'Some page layouts show no activities: {objects}. Calls are logged there, and people don’t see them. Add “Activity History” and “Open Activities” to the layouts.',
      'pages-without-activities':
        'These Lightning pages have no Activities component: {pages}. Drag “Activities” onto them in the App Builder.',
      'layouts-unseen': 'Whether the pages show activities could not be looked at: {objects}. Open one record of each and look.',
      'no-task-queue':
        'No queue takes tasks. Missed calls can then be given to users only. To change that, make a queue and add Task to it.',
      'duplicate-rules':
        'Duplicate rules watch {object}: {rules}. A rule that blocks may refuse records for strangers; such calls are shown with the reason. Let the rule allow saving, or exempt the connected user.',
      'assignment-rules':
        'Assignment rules are active ({objects}). Cordboard asks Salesforce not to run them: owners are as the policy says.',
      'zone-differs': 'The org is in {org}, the policy says {policy}. Dates of calls that are nobody’s follow the policy.',
      'no-public-address':
        'This server has no public https address, so the agents’ phone and its trusted URL are not installed. Set CORDBOARD_PUBLIC_URL, then install again.',
    },
  },
  install: {
    title: 'Fields and permission set',
    states: {
      missing: 'Not installed: Cordboard works in the reduced form.',
      current: 'Installed, version {version}.',
      outdated: 'Installed, version {version}; version {current} is at hand.',
      newer: 'Installed, version {version}, by a newer Cordboard.',
      'by-hand': 'The fields are there, not installed by Cordboard.',
    },
    explained:
      'One button makes the fields, the permission set, the call center and the trusted URL, gives the permission set to the connected user, and tries it with one task that it deletes again. It can be pressed as often as you like.',
    install: 'Install',
    update: 'Update',
    again: 'Install again',
    running: { install: 'Installing …', uninstall: 'Uninstalling …', 'add-field': 'Making the field …' },
    steps: {
      begin: 'Looking at what is there',
      send: 'Sending the package',
      deploy: 'Salesforce deploys it',
      fields: 'Making the fields one by one',
      assign: 'Giving the permission set to the connected user',
      verify: 'Writing and deleting one task',
      unassign: 'Taking the permission set from everybody',
      reconnect: 'Connecting anew',
      check: 'Checking',
    },
    progress: '{done} of {total}',
    ended: { install: 'Installed.', uninstall: 'Uninstalled: Cordboard goes on in the reduced form.', 'add-field': 'The field is made.' },
    notEnded: {
      failed: 'It was not finished.',
      interrupted: 'It was interrupted: the server that worked on it stopped at “{step}”. Begin it again; nothing is done twice.',
    },
    verified: 'A task was written, found by its name and deleted.',
    byFields: 'The connected user may not deploy, so the fields were made one by one.',
    lacks: 'The connected user lacks: {rights}. A Salesforce administrator can give them in a permission set.',
    refusals: 'What Salesforce refused:',
    leftOut: 'Left out: {part}. {because}',
    parts: { 'call-center': 'the call center', 'trusted-site': 'the trusted URL' },
    because: {
      'no-public-address': 'This server has no public https address (CORDBOARD_PUBLIC_URL).',
      'by-fields': 'It takes the right to deploy.',
    },
  },
  remove: {
    title: 'Uninstall',
    explained: 'Takes out everything Cordboard installed. The tasks stay; what stood in these fields is lost.',
    parts: 'Removed: {parts}',
    fields: 'Also fields made here: {fields}',
    stays: 'Fields of others that stay, and are no longer opened by the permission set: {fields}',
    tasks: 'Tasks that lose their name, link and waiting time: {count}',
    people: 'People who lose the permission set: {count}',
    back: 'Salesforce keeps deleted fields for 15 days under Object Manager → Deleted Fields; a permission set is gone at once.',
    confirm: 'Type the name of the org to confirm: {name}',
    remove: 'Uninstall',
    cancel: 'Cancel',
  },
  fields: {
    title: 'Make a field',
    explained:
      'A field of your own, for tags, times or whatever calls are to carry. Fields for tasks are made on Activity. Picklists take any value.',
    object: 'Object',
    objects: {
      activity: 'Activity (tasks)',
      lead: 'Lead',
      contact: 'Contact',
      account: 'Account',
      case: 'Case',
      opportunity: 'Opportunity',
    },
    label: 'Label',
    type: 'Type',
    types: {
      text: 'Text',
      'long-text': 'Long text',
      number: 'Number',
      date: 'Date',
      'date-time': 'Date and time',
      checkbox: 'Checkbox',
      url: 'Address (URL)',
      phone: 'Phone number',
      picklist: 'Picklist',
      'multi-picklist': 'Picklist, several values (tags)',
    },
    name: 'API name',
    nameExplained: 'Left empty, it is made from the label.',
    add: 'Make the field',
    layouts: 'It is on no page yet: add it to your page layouts.',
  },
};
