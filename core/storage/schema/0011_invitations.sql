-- Of an address and a campaign at most one invitation is open: inviting again voids the one before (BA-16).
drop index invites_campaign_id_lower_idx;
create unique index invites_open on invites (campaign_id, lower(email)) where voided_at is null and accepted_at is null;
