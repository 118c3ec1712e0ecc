using System.Globalization;

namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Text keys of drifting lengths, so that records are released and used again by other keys, while other threads read
/// them, enumerate, take snapshots and trim. The value of a key is computed from its text, so a wrong record shows.
/// </summary>
internal sealed class TextScenario : StressScenario
{
    private const int Keys = 400;
    private TextShardMap<long> _map = new();
    private int _drift;

    public override void Begin(int threads, int seed) => _map = new TextShardMap<long>(Options());

    public override void Step(StressWorker worker)
    {
        if (worker.Random.Next(400) == 0)
        {
            Interlocked.Increment(ref _drift);
        }

        for (int i = 0; i < 64; i++)
        {
            string key = KeyOf(worker.Random.Next(Keys), _drift - worker.Random.Next(2));
            switch (worker.Random.Next(5))
            {
                case 0:
                    _map[key] = ValueOf(key);
                    break;
                case 1:
                    Require(
                        !_map.TryRemove(key, out long removed) || removed == ValueOf(key),
                        $"'{key}' was removed with another value");
                    break;
                default:
                    Require(
                        !_map.TryGetValue(key, out long value) || value == ValueOf(key),
                        $"'{key}' has the value of another key");
                    break;
            }
        }

        worker.Operations += 63;
        switch (worker.Random.Next(200))
        {
            case 0:
                foreach (TextEntry<long> entry in _map)
                {
                    string key = entry.KeyToString();
                    Require(entry.Value == ValueOf(key), $"'{key}' is listed with another value");
                }

                break;
            case 1:
                using (TextSnapshot<long> snapshot = _map.Snapshot(copyNow: worker.Random.Next(2) == 0))
                {
                    long count = 0;
                    foreach (TextEntry<long> entry in snapshot)
                    {
                        Require(entry.Value == ValueOf(entry.KeyToString()), $"a snapshot has another value");
                        count++;
                    }

                    Require(count == snapshot.Count, $"a snapshot of {snapshot.Count} entries lists {count}");
                }

                break;
            case 2:
                _map.TrimExcess();
                break;
            case 3:
                ReadMany(worker);
                break;
            default:
                break;
        }
    }

    public override void End()
    {
        foreach ((string key, long value) in _map.ToArray())
        {
            Require(value == ValueOf(key) && _map[key] == value, $"'{key}' has another value at the end");
        }

        _map.Clear();
        Require(_map.GetStatistics().RecordBytesLive == 0, $"records are left after all keys were removed");
        _map.Dispose();
    }

    private void ReadMany(StressWorker worker)
    {
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => KeyOf(i, _drift - worker.Random.Next(2)))];
        long[] values = new long[Keys];
        bool[] found = new bool[Keys];
        _map.TryGetValues(keys, values, found);
        for (int i = 0; i < Keys; i++)
        {
            Require(!found[i] || values[i] == ValueOf(keys[i]), $"'{keys[i]}' of a batch has another value");
        }
    }

    // Lengths change with the drift, around every change of form.
    private static string KeyOf(int key, int drift) =>
        $"{key}:{new string('x', ((key * 7) + ((drift + 1) * 13)) % 90)}";

    private static long ValueOf(string key) =>
        (key.Length * 1_000_003L)
        + int.Parse(key.AsSpan(0, key.IndexOf(':', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
}
