import type zh from '../zh-CN/pack'

const texts: typeof zh = {
  rules: 'Rules',
  versions: 'Versions',
  accounts: {
    menu: 'Accounts',
    title: 'Accounts',
    add: 'Add an account',
    find: 'Find by name, login, role or unit',
    total: '{n} accounts',
    none: 'No account fits.',
    name: 'Name',
    login: 'Login',
    role: 'Role',
    unit: 'Unit',
    state: 'State',
    turn: 'Disable or enable',
    active: 'Active',
    disabled: 'Disabled',
    locked: 'Locked until {until}',
    disable: 'Disable',
    enable: 'Enable',
    disableOf: 'Disable the account of {name}',
    enableOf: 'Enable the account of {name}',
    off: 'The account of {name} is disabled; its sessions end at once.',
    on: 'The account of {name} is enabled.',
    added: 'An account for {name} has been made.',
    need: 'Please fill this in.',
    field: { name: 'Name', login: 'Login', phone: 'Phone (optional)', password: 'First password' },
    passwordWhy: 'Please hand it over in person and ask to change it after signing in; it is not shown again.',
  },
}
export default texts
