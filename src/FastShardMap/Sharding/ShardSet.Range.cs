using System.Runtime.CompilerServices;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Keys between two decisions whether the tables are worth a window. A range may grow them.</summary>
    private const int KeysPerDecision = 1024;

    /// <summary>Like <see cref="MaxCachedBytes"/>, for writes. They gain less than reads where memory is near: at
    /// 512 KiB the window costs 4 of 24 ns per overwrite, and at 1 MiB it saves 7 of 31 (SetRange, 256 keys per call,
    /// second-level cache of 512 KiB).</summary>
    private const ulong MaxCachedWriteBytes = 512 * 1024;

    /// <summary>Keys of more bytes than this are written without a window, because it holds copies of its keys on the
    /// stack.</summary>
    private const int MaxWindowKeyBytes = 256;

    /// <summary>Performs one write per key, in order. Each write is as <see cref="Write"/>; the window only starts the
    /// loads of the next keys early, and takes no lock for longer.</summary>
    /// <remarks>If a write throws, the writes before it have happened, and those after it have not.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard has to grow, and the larger table cannot be
    /// allocated.</exception>
    public readonly void WriteRange<TOperation, TRange>(ReadOnlySpan<TKey> keys, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        ThrowIfDisposed();
        ThreadState thread = EnterThread();
        for (int from = 0; from < keys.Length; from += KeysPerDecision)
        {
            ReadOnlySpan<TKey> some = keys[from..Math.Min(keys.Length, from + KeysPerDecision)];
            if (sizeof(TKey) > MaxWindowKeyBytes || TableBytes <= MaxCachedWriteBytes)
            {
                WriteEach<TOperation, TRange>(thread, some, from, ref range);
            }
            else
            {
                WriteWindowed<TOperation, TRange>(thread, some, from, ref range);
            }
        }
    }

    /// <summary>Starts loading the home group of a key.</summary>
    public readonly void Prefetch(TKey key) => PrefetchKey(key);

    private readonly void WriteEach<TOperation, TRange>(
        ThreadState thread, ReadOnlySpan<TKey> keys, int from, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        for (int i = 0; i < keys.Length; i++)
        {
            TKey key = keys[i];
            WriteElement<TOperation, TRange>(thread, Hash(key), key, from + i, ref range);
        }
    }

    private readonly void WriteWindowed<TOperation, TRange>(
        ThreadState thread, ReadOnlySpan<TKey> keys, int from, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        // The keys are copied together with their hashes: the caller's memory may change in the meantime, and an entry
        // whose key does not have the hash it was inserted with would never be found again.
        TKey* window = stackalloc TKey[BatchWindow];
        ulong* hashes = stackalloc ulong[BatchWindow];
        int ahead = Math.Min(BatchWindow, keys.Length);
        for (int i = 0; i < ahead; i++)
        {
            window[i] = keys[i];
            hashes[i] = PrefetchKey(window[i]);
        }

        PrefetchFirstRecords(hashes, ahead);

        for (int i = 0; i < keys.Length; i++, ahead++)
        {
            uint place = (uint)i % BatchWindow;
            TKey key = window[place];
            ulong hash = hashes[place];
            if (ahead < keys.Length)
            {
                window[place] = keys[ahead];
                hashes[place] = PrefetchKey(window[place]);
            }

            if (KeyStore<TKey>.HasRecords && i + RecordWindow < keys.Length)
            {
                PrefetchRecord(hashes[(uint)(i + RecordWindow) % BatchWindow]);
            }

            WriteElement<TOperation, TRange>(thread, hash, key, from + i, ref range);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-ranges-1m-2t
    private readonly void WriteElement<TOperation, TRange>(
        ThreadState thread, ulong hash, TKey key, int index, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        TOperation operation = range.OperationAt(index);
        ShardFor(hash).Write(thread, hash, key, ref operation, default(EndlessWait));
        range.Record(index, operation);
    }
}
