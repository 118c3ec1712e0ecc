using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Number of keys of a batch that are in flight at once: enough to hide the latency of memory, few enough
    /// for the core's miss buffers (source: compare, batch-10m).</summary>
    private const int BatchWindow = 16;

    /// <summary>Number of keys between the prefetch of a record and its use. The home group has been prefetched as
    /// many keys before, so that its tags are there.</summary>
    private const int RecordWindow = BatchWindow / 2;

    /// <summary>Tables of this many bytes in all stay in a second-level cache: there is no latency to hide, and the
    /// window only costs instructions (source: compare, batch-1k; at 100,000 entries the window is what makes it
    /// fast).</summary>
    private const ulong MaxCachedBytes = 256 * 1024;

    /// <summary>The bytes of all tables. Hashes spread entries evenly, so that one shard speaks for all; a shard
    /// without a table has nothing to hide.</summary>
    private readonly ulong TableBytes => _views->Current.Groups * (ulong)Stride * (uint)ShardCount;

    /// <summary>Looks up many keys. Each key is prefetched <see cref="BatchWindow"/> keys before its turn.</summary>
    /// <returns>The number of keys found.</returns>
    public readonly int TryReadBatch(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        if (TableBytes <= MaxCachedBytes)
        {
            return TryReadEach(keys, values, found);
        }

        ulong* hashes = stackalloc ulong[BatchWindow];
        int ahead = Math.Min(BatchWindow, keys.Length);
        for (int i = 0; i < ahead; i++)
        {
            hashes[i] = PrefetchKey(keys[i]);
        }

        PrefetchFirstRecords(hashes, ahead);
        int hits = 0;
        for (int i = 0; i < keys.Length; i++, ahead++)
        {
            ulong hash = hashes[(uint)i % BatchWindow];
            if (ahead < keys.Length)
            {
                hashes[(uint)i % BatchWindow] = PrefetchKey(keys[ahead]);
            }

            if (KeyStore<TKey>.HasRecords && i + RecordWindow < keys.Length)
            {
                PrefetchRecord(hashes[(uint)(i + RecordWindow) % BatchWindow]);
            }

            if (!TryReadHome(keys[i], hash, out TValue value, out bool hit))
            {
                hit = TryRead(keys[i], hash, out value);
            }

            values[i] = value;
            found[i] = hit;
            hits += hit ? 1 : 0;
        }

        return hits;
    }

    // Not inlined: together with the window, the loop would have too few registers. The spans are as long as the keys,
    // or longer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int TryReadEach(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        ref TKey firstKey = ref MemoryMarshal.GetReference(keys);
        ref TValue firstValue = ref MemoryMarshal.GetReference(values);
        ref bool firstFound = ref MemoryMarshal.GetReference(found);
        int misses = 0;
        for (nint i = 0; i < keys.Length; i++)
        {
            TKey key = Unsafe.Add(ref firstKey, i);
            if (TryReadHome(key, out Unsafe.Add(ref firstValue, i), out bool hit))
            {
                if (hit)
                {
                    Unsafe.Add(ref firstFound, i) = true;
                    continue;
                }
            }
            else if (TryReadAnew(key, out Unsafe.Add(ref firstValue, i)))
            {
                Unsafe.Add(ref firstFound, i) = true;
                continue;
            }

            Unsafe.Add(ref firstFound, i) = false;
            misses++;
        }

        return keys.Length - misses;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool TryReadAnew(TKey key, out TValue value) => TryRead(key, Hash(key), out value);

    /// <summary>Starts loading the groups of some keys, and then the records of the keys that may be there.</summary>
    public readonly void PrefetchEntries(ReadOnlySpan<TKey> keys)
    {
        foreach (TKey key in keys)
        {
            PrefetchKey(key);
        }

        foreach (TKey key in keys)
        {
            PrefetchRecord(Hash(key));
        }
    }

    private readonly void PrefetchFirstRecords(ulong* hashes, int count)
    {
        for (int i = 0; KeyStore<TKey>.HasRecords && i < Math.Min(count, RecordWindow); i++)
        {
            PrefetchRecord(hashes[i]);
        }
    }

    private readonly void PrefetchRecord(ulong hash) => ShardFor(hash).PrefetchRecord(hash);

    private readonly ulong PrefetchKey(TKey key)
    {
        ulong hash = Hash(key);
        ShardFor(hash).Prefetch(hash);
        return hash;
    }
}
