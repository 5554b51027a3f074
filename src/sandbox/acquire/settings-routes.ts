import { notFound } from './answers.ts';
import { iso } from './dates.ts';
import { filtered, readListQuery } from './query.ts';
import type { Call, Route } from './routes.ts';
import { senderRow, userColumns, userMeta, userRow } from './rows.ts';
import type { UserRecord } from './state.ts';

/** Users, departments and tags: read only, and lists of a shape of their own, `{count, data}` without pages. */

const ofUsers = { columns: userColumns, relations: ['departments', 'roles'] };
const ofDepartments = { columns: ['id', 'name', 'status'], relations: ['users'] };
const ofTags = { columns: ['id', 'name', 'color', 'userId', 'dateCreated'], relations: ['user'] };

export const settingsRoutes: readonly Route[] = [
  ['GET', '/account/user', listUsers],
  ['GET', '/account/user/:id', getUser],
  ['GET', '/account/department', listDepartments],
  ['GET', '/account/department/:id', getDepartment],
  ['GET', '/crm/tag', listTags],
];

function listUsers({ account, query }: Call): unknown {
  const list = readListQuery(query, ofUsers);
  const listed = [...account.users.values()].filter((user) => user.role === 'agent' || account.variants.clientsListed);
  const users = filtered(listed, list, { variants: account.variants, column: (one, name) => userRow(one)[name] });
  return { count: users.length, data: users.map((user) => ({ ...userRow(user), meta: userMeta() })) };
}

function getUser({ account, id }: Call): unknown {
  const user = account.users.get(id);
  if (!user) throw notFound(account.variants, `User ${id}`);
  return { ...userRow(user), meta: userMeta(), logo: null, organization: 'Example Corp', sso: false };
}

function listDepartments({ account, query }: Call): unknown {
  readListQuery(query, ofDepartments);
  const members = (id: number): UserRecord[] =>
    [...account.users.values()].filter((user) => user.departmentIds.includes(id));
  const data = [...account.departments.values()].map((department) => ({
    ...department,
    status: 'active',
    users: members(department.id).map(userRow),
  }));
  return { count: data.length, data };
}

function getDepartment({ account, id }: Call): unknown {
  const department = account.departments.get(id);
  if (!department) throw notFound(account.variants, `Department ${id}`);
  return { ...department, status: 'active' };
}

function listTags({ account, query }: Call): unknown {
  readListQuery(query, ofTags);
  const data = [...account.tags.values()].map((tag) => ({
    ...tag,
    type: ['contact'],
    dateCreated: iso(tag.dateCreated),
    user: senderRow(account, { type: 'user', id: tag.userId }),
  }));
  return { count: data.length, data };
}
