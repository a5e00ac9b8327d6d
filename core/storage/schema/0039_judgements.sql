-- What the decision whom a conversion credits was based on, so that nobody has to judge again by terms that may have
-- changed since: {"window_s": the attribution window of the click's program, "precedence": "click" or "code" where both
-- were given, "other": {"signal", "reason", "credits", "campaign", "affiliate"} of the signal that was not used}. Null:
-- from before this was kept, or nothing was judged.
alter table conversions add column judgement jsonb;
