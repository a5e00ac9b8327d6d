-- A session of the dashboard is for one mode, and so is every token that it is renewed by. Null: it was begun by a
-- version that did not keep the mode; nobody can renew it, and its people log in once more.
alter table dashboard_sessions
  add column mode text check (mode in ('live', 'test'));
