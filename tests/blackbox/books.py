"""The equations of promise 4 and the roll-ups, recounted from rows (reliability.md B4)."""

from servers import wait_until


def check_books(stack, edges=None):
    check_rollups(stack)
    for edge in edges or [stack.edge]:
        wait_until(lambda: edge_equation_closes(edge), what="received = safe + refused + unrecorded + in flight")


def edge_equation_closes(edge):
    received = edge.total("footfall_edge_clicks_received_total")
    accounted = (edge.total("footfall_edge_clicks_safe_total") + edge.total("footfall_edge_clicks_refused_total")
                 + edge.total("footfall_edge_clicks_unrecorded_total") + edge.total("footfall_edge_clicks_in_flight"))
    return received == accounted


def check_rollups(stack):
    """Gross, net and unique clicks of the roll-ups against a recount of the rows."""
    counted = stack.query(
        "select campaign_id, coalesce(affiliate_id, 0), link_id, count(*), count(*) filter (where verdict = 0),"
        " count(*) filter (where is_unique) from clicks group by 1, 2, 3 order by 1, 2, 3")
    rolled_up = stack.query(
        "select campaign_id, affiliate_id, link_id, sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint"
        " from click_rollups group by 1, 2, 3 order by 1, 2, 3")
    assert counted == rolled_up, f"rows {counted}, roll-ups {rolled_up}"
    per_campaign = stack.query("select campaign_id, sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint"
                               " from campaign_rollups group by 1 order by 1")
    assert per_campaign == stack.query("select campaign_id, sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint"
                                       " from click_rollups group by 1 order by 1")
