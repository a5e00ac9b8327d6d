-- A person who deletes their account is found by these in what was told of them and in invitations to their address.
create index webhook_events_of_affiliates on webhook_events (subject) where subject like 'aff\_%';
create index invites_email on invites (lower(email));
