using System.Buffers;
using System.Text;

namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// A full cache of bytes whose lengths drift, so that entries are evicted and records moved together all the time,
/// while other threads copy values, remove, save, trim and clear. Every byte of a value follows from its key and its
/// number, so a value that is made of two others shows.
/// </summary>
internal sealed class BlobCacheScenario : StressScenario
{
    private const int Keys = 700;
    private const int MaxValueBytes = 4_300;
    private const int MaxDrift = 4_096;
    private BlobShardCache _cache = New();
    private int _drift;

    public override void Begin(int threads, int seed)
    {
        _cache.Dispose();
        _cache = New();
    }

    public override void Step(StressWorker worker)
    {
        byte[] room = new byte[MaxValueBytes];
        for (int i = 0; i < 64; i++)
        {
            int key = worker.Random.Next(Keys);
            switch (worker.Random.Next(13))
            {
                case 0 or 1 or 2:
                    Require(_cache.Set(KeyOf(key), NextValue(worker, key, room)), $"key {key} was refused");
                    break;
                case 3:
                    TimeSpan life = TimeSpan.FromMilliseconds(1 + worker.Random.Next(50));
                    _cache.TryAdd(KeyOf(key), NextValue(worker, key, room), life);
                    break;
                case 4:
                    _cache.TryRemove(KeyOf(key));
                    break;
                case 5:
                    ArrayBufferWriter<byte> writer = new();
                    if (_cache.TryGetValue(Encoding.UTF8.GetBytes(KeyOf(key)), writer))
                    {
                        Check(key, writer.WrittenSpan);
                    }

                    break;
                case 6:
                    if (_cache.TryPeek(KeyOf(key), room, out int peeked))
                    {
                        Check(key, room.AsSpan(0, peeked));
                    }

                    break;
                case 7:
                    ValueTask<ReadOnlyMemory<byte>> call = _cache.GetOrAddAsync(
                        KeyOf(key), static (_, bytes, _) => new(bytes), NextValue(worker, key, room).ToArray());
                    Check(key, call.AsTask().GetAwaiter().GetResult().Span);
                    break;
                case 8:
                    if (_cache.TryGetValue(KeyOf(key), room, out int present))
                    {
                        byte[] old = room.AsSpan(0, present).ToArray();
                        _cache.TryUpdate(KeyOf(key), NextValue(worker, key, room), old);
                    }

                    break;
                case 9:
                    if (_cache.TryRemove(KeyOf(key), room, out int removed))
                    {
                        Check(key, room.AsSpan(0, removed));
                    }

                    break;
                default:
                    if (_cache.TryGetValue(KeyOf(key), room, out int length))
                    {
                        Check(key, room.AsSpan(0, length));
                    }

                    break;
            }
        }

        worker.Operations += 63;
        long bytes = _cache.BytesAllocated;
        Require(bytes <= _cache.MaxBytes, $"{bytes} bytes are allocated, of at most {_cache.MaxBytes}");
        switch (worker.Random.Next(400))
        {
            case 0:
                _cache.Save(Stream.Null);
                break;
            case 1:
                _cache.Trim(worker.Random.Next(100));
                break;
            case 2:
                _cache.RemoveExpired();
                break;
            case 3:
                _cache.Clear();
                break;
            default:
                break;
        }
    }

    public override void End()
    {
        byte[] room = new byte[MaxValueBytes];
        for (int key = 0; key < Keys; key++)
        {
            if (_cache.TryGetValue(KeyOf(key), room, out int length))
            {
                Check(key, room.AsSpan(0, length));
            }
        }

        IReadOnlyList<string> violations = _cache.Inner.FindViolations();
        Require(violations.Count == 0, $"{string.Join("; ", violations)}");
        _cache.Clear();
        Require(_cache.GetStatistics().RecordBytes == 0, $"records are left after all keys were removed");
        _cache.Dispose();
    }

    private static BlobShardCache New() =>
        new(new ShardCacheOptions { MaxBytes = 512 * 1024, ShardCount = 2 });

    // Every second key is inline.
    private static string KeyOf(int key) => key % 2 == 0 ? $"{key}" : $"a key with bytes in its record: {key}";

    private static void Check(int key, ReadOnlySpan<byte> value)
    {
        for (int i = 1; i < value.Length; i++)
        {
            Require(
                value[i] == ByteAt(key, value[0], value.Length, i),
                $"key {key} has a torn value of {value.Length} bytes, at {i}");
        }
    }

    // The first byte is the number of the value.
    private static byte ByteAt(int key, byte number, int length, int index) =>
        index == 0 ? number : (byte)((key * 31) + (number * 7) + (length * 3) + (index * 5));

    /// <summary>A value whose length grows with the number of values, so that released records are of no use.</summary>
    private Span<byte> NextValue(StressWorker worker, int key, byte[] room)
    {
        int drift = (Interlocked.Increment(ref _drift) / 8) & (MaxDrift - 1);
        int length = drift + worker.Random.Next(MaxValueBytes - MaxDrift);
        Span<byte> value = room.AsSpan(0, length);
        byte number = (byte)worker.Random.Next(256);
        for (int i = 0; i < length; i++)
        {
            value[i] = ByteAt(key, number, length, i);
        }

        return value;
    }
}
