"""What Prometheus reads says the same as what a person is shown."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.monitoring.test_overview import watched


def test_the_text_is_what_prometheus_reads(migrated_url: str, tmp_path: Path) -> None:
    watched("doctor", url=migrated_url, folder=tmp_path)
    told = watched("monitor", "--json", "--rows", "5", url=migrated_url, folder=tmp_path).json
    said = watched("monitor", "--prometheus", "--rows", "5", url=migrated_url, folder=tmp_path)

    families = {each.name: each.samples for each in text_string_to_metric_families(said.out)}
    counted = {
        each.labels["fingerprint"]: each.value
        for each in families["linkwright_statement_seconds"]
        if each.name.endswith("_count")
    }
    assert counted == {each["fingerprint"]: each["count"] for each in told["statements"]["slowest"]}
    buckets = [
        each.value
        for each in families["linkwright_statement_seconds"]
        if each.name.endswith("_bucket")
        and each.labels["fingerprint"] == told["statements"]["slowest"][0]["fingerprint"]
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == told["statements"]["slowest"][0]["count"]
    compiled = {each.labels["cache"]: each.value for each in families["linkwright_cache_misses"]}
    assert compiled["compiled statements"] == told["caches"]["compiled statements"]["misses"] > 0
    assert "SELECT" not in said.out
