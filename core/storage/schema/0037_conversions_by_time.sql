-- Fraud rules count an affiliate's conversions since a time. Ordered by number, the statement could be carried out by
-- going back through all conversions of everybody, until the affiliate of a quiet campaign had enough of them.
create index conversions_of_affiliate on conversions (campaign_id, affiliate_id, created_at);
drop index conversions_campaign_id_affiliate_id_id_idx;
