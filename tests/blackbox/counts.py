"""Whether the counts add up: the equations over the edge's counters ("nothing is discarded in silence"), and the roll-ups
against a recount of the rows."""

from servers import wait_until

TRIPLE = "campaign_id, affiliate_id, link_id"
COUNTS = "sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint"
# One statement sees one moment, whatever ingest stores meanwhile.
DRIFT = f"""
with counted as (select campaign_id, coalesce(affiliate_id, 0) as affiliate_id, link_id, count(*) as gross,
                        count(*) filter (where verdict = 0) as net, count(*) filter (where is_unique) as uniques
                   from clicks group by 1, 2, 3),
     by_link as (select {TRIPLE}, {COUNTS} from click_rollups group by 1, 2, 3),
     by_campaign as (select campaign_id, {COUNTS} from campaign_rollups group by 1),
     summed as (select campaign_id, {COUNTS} from counted group by 1)
select 'links', count(*) from ((table counted except table by_link) union all (table by_link except table counted)) x
union all
select 'campaigns', count(*) from ((table summed except table by_campaign) union all (table by_campaign except table summed)) x
"""


def check_counts(stack, edges=None):
    check_rollups(stack)
    for edge in edges or [stack.edge]:
        wait_until(lambda: edge_equation_closes(edge), what="received = safe + refused + unrecorded + in flight")


def edge_equation_closes(edge):
    """In one scrape."""
    metrics = edge.metrics()

    def clicks(what):
        return sum(metrics[f"footfall_edge_clicks_{what}"].values())
    return clicks("received_total") == (clicks("safe_total") + clicks("refused_total") + clicks("unrecorded_total")
                                        + clicks("in_flight"))


def check_across(edge, core):
    """safe = stored + duplicate + dead + conflict, once nothing is on the way. Of processes that never restarted."""
    def closes():
        outcomes = core.metrics()["footfall_ingest_clicks_total"]
        return edge.total("footfall_edge_clicks_safe_total") == sum(outcomes.values()) and outcomes['outcome="stored"'] > 0
    wait_until(closes, what="safe = stored + duplicate + dead + conflict")


def check_rollups(stack):
    """Gross, net and unique clicks of the roll-ups against a recount of the rows."""
    drift = dict(stack.query(DRIFT))
    assert drift == {"links": 0, "campaigns": 0}, f"roll-ups differ from the rows: {drift}"
