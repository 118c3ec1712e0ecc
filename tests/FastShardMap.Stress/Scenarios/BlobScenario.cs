using System.Buffers;

namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Values of drifting lengths under the same keys, so that records are released and used again all the time, while
/// other threads copy values, enumerate, take snapshots and trim. Every byte of a value follows from its key and its
/// number, so a value that is made of two others shows.
/// </summary>
internal sealed class BlobScenario : StressScenario
{
    private const int Keys = 64;
    private const int MaxValueBytes = 300;
    private const int LargeValueBytes = 50_000;
    private BlobShardMap _map = new();
    private int _drift;

    public override void Begin(int threads, int seed) => _map = new BlobShardMap(Options());

    public override void Step(StressWorker worker)
    {
        if (worker.Random.Next(400) == 0)
        {
            Interlocked.Increment(ref _drift);
        }

        byte[] room = new byte[LargeValueBytes];
        byte[] other = new byte[LargeValueBytes];
        for (int i = 0; i < 64; i++)
        {
            int key = worker.Random.Next(Keys);
            switch (worker.Random.Next(8))
            {
                case 0 or 1:
                    _map.Set(KeyOf(key), NextValue(worker, key, room));
                    break;
                case 2:
                    if (_map.TryRemove(KeyOf(key), room, out int removed))
                    {
                        Check(key, room.AsSpan(0, removed), "was removed with");
                    }

                    break;
                case 3:
                    Span<byte> added = NextValue(worker, key, other);
                    if (_map.GetOrAdd(KeyOf(key), added, room, out int present))
                    {
                        Check(key, room.AsSpan(0, present), "was added or found with");
                    }

                    break;
                case 4:
                    Replace(worker, key, room);
                    break;
                default:
                    if (_map.TryGetValue(KeyOf(key), room, out int length))
                    {
                        Check(key, room.AsSpan(0, length), "has");
                    }

                    break;
            }
        }

        worker.Operations += 63;
        switch (worker.Random.Next(200))
        {
            case 0:
                foreach (BlobEntry entry in _map)
                {
                    Check(NumberOf(entry.KeyToString()), entry.Value, "is listed with");
                }

                break;
            case 1:
                ReadSnapshot(copyNow: worker.Random.Next(2) == 0);
                break;
            case 2:
                _map.TrimExcess();
                break;
            case 3:
                ReadMany();
                break;
            default:
                break;
        }
    }

    public override void End()
    {
        foreach (BlobEntry entry in _map)
        {
            Check(NumberOf(entry.KeyToString()), entry.Value, "is left with");
        }

        _map.Clear();
        Require(_map.GetStatistics().RecordBytesLive == 0, $"records are left after all keys were removed");
        _map.Dispose();
    }

    // A value of a version that another thread has replaced is not replaced again.
    private void Replace(StressWorker worker, int key, byte[] room)
    {
        if (_map.TryGetValue(KeyOf(key), room, out int length, out long version))
        {
            Check(key, room.AsSpan(0, length), "has");
            bool done = _map.TryUpdate(KeyOf(key), NextValue(worker, key, room), version);
            Require(
                !done || !_map.TryUpdate(KeyOf(key), default, version),
                $"key {key} had version {version} after its value was replaced");
        }
    }

    private void ReadSnapshot(bool copyNow)
    {
        using BlobSnapshot snapshot = _map.Snapshot(copyNow);
        long count = 0;
        foreach (BlobEntry entry in snapshot)
        {
            Check(NumberOf(entry.KeyToString()), entry.Value, "is in a snapshot with");
            count++;
        }

        Require(count == snapshot.Count, $"a snapshot of {snapshot.Count} entries lists {count}");
    }

    private void ReadMany()
    {
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ArrayBufferWriter<byte> values = new();
        int[] lengths = new int[Keys];
        _map.TryGetValues(keys, values, lengths);
        ReadOnlySpan<byte> rest = values.WrittenSpan;
        for (int key = 0; key < Keys; key++)
        {
            if (lengths[key] >= 0)
            {
                Check(key, rest[..lengths[key]], "has in a batch");
                rest = rest[lengths[key]..];
            }
        }

        Require(rest.IsEmpty, $"a batch has {rest.Length} bytes of no key");
    }

    // Every second key is inline.
    private static string KeyOf(int key) => key % 2 == 0 ? $"{key}" : $"a key with bytes in its record: {key}";

    private static int NumberOf(string key) => int.Parse(
        key.AsSpan(key.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private Span<byte> NextValue(StressWorker worker, int key, byte[] room)
    {
        int length = worker.Random.Next(500) == 0
            ? worker.Random.Next(LargeValueBytes)
            : (worker.Random.Next(40) + (_drift * 13)) % MaxValueBytes;
        Span<byte> value = room.AsSpan(0, length);
        byte number = (byte)worker.Random.Next(256);
        for (int i = 0; i < length; i++)
        {
            value[i] = ByteAt(key, number, length, i);
        }

        return value;
    }

    private static void Check(int key, ReadOnlySpan<byte> value, string what)
    {
        for (int i = 1; i < value.Length; i++)
        {
            Require(
                value[i] == ByteAt(key, value[0], value.Length, i),
                $"key {key} {what} a torn value of {value.Length} bytes, at {i}");
        }
    }

    // The first byte is the number of the value.
    private static byte ByteAt(int key, byte number, int length, int index) =>
        index == 0 ? number : (byte)((key * 31) + (number * 7) + (length * 3) + (index * 5));
}
