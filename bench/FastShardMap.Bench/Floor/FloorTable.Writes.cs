using System.Runtime.CompilerServices;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Floor;

// What a write costs at least, beside readers that take no lock: one locked instruction on the slot's own line to
// replace a value, and two on the line of one of 256 locks to add or remove an entry. Both store a version and a value.
// There is no search, no tag, no count and no growth, and all memory is resident.
internal sealed unsafe partial class FloorTable
{
    private const int Locks = 256;
    private const int LockShift = 56;
    private const int LockBytes = 128;

    private readonly NativePages _locks = new(Locks * LockBytes, huge: false);

    /// <summary>Replaces the value of each key.</summary>
    public ulong Overwrite(ReadOnlySpan<ulong> keys) => Write<Replacement>(keys);

    /// <summary>Replaces the value of each key, with 100 more instructions, none of which waits for memory.</summary>
    public ulong OverwriteWithWork(ReadOnlySpan<ulong> keys) => Write<WithWork<Replacement>>(keys);

    /// <summary>Replaces the value of each key, whose lines are asked for well before.</summary>
    public ulong OverwritePrefetched(ReadOnlySpan<ulong> keys) => WritePrefetched<Replacement>(keys);

    /// <summary>Changes the slot of each key under a lock.</summary>
    public ulong Insert(ReadOnlySpan<ulong> keys) => Write<LockedChange>(keys);

    /// <summary>Changes the slot of each key under a lock, with 200 more instructions, none of which waits for
    /// memory.</summary>
    public ulong InsertWithWork(ReadOnlySpan<ulong> keys) => Write<WithWork<WithWork<LockedChange>>>(keys);

    /// <summary>Changes the slot of each key under a lock. Its line is asked for well before.</summary>
    public ulong InsertPrefetched(ReadOnlySpan<ulong> keys) => WritePrefetched<LockedChange>(keys);

    /// <summary>Reads a key and replaces the value of the next, over and over.</summary>
    public ulong ReadThenOverwrite(ReadOnlySpan<ulong> keys)
    {
        ulong sum = 0;
        for (int i = 0; i + 1 < keys.Length; i += 2)
        {
            sum += SlotOf(keys[i])[1];
            Replace(SlotOf(keys[i + 1]), keys[i + 1]);
        }

        GC.KeepAlive(this);
        return sum;
    }

    /// <summary>Reads nineteen keys and replaces the value of the twentieth, over and over.</summary>
    public ulong MostlyRead(ReadOnlySpan<ulong> keys)
    {
        ulong sum = 0;
        for (int first = 0; first + MapLoops.KeysPerWrite <= keys.Length; first += MapLoops.KeysPerWrite)
        {
            int written = first + MapLoops.KeysPerWrite - 1;
            foreach (ulong key in keys[first..written])
            {
                sum += SlotOf(key)[1];
            }

            Replace(SlotOf(keys[written]), keys[written]);
        }

        GC.KeepAlive(this);
        return sum;
    }

    /// <summary>Changes the slots of two keys in turn, each under a lock.</summary>
    public ulong Churn(ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest)
    {
        for (int i = 0; i < oldest.Length && i < newest.Length; i++)
        {
            ChangeLocked(oldest[i]);
            ChangeLocked(newest[i]);
        }

        GC.KeepAlive(this);
        return (ulong)newest.Length;
    }

    /// <summary>The same, with lines that are asked for well before.</summary>
    public ulong ChurnPrefetched(ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest)
    {
        for (int i = 0; i < oldest.Length && i < newest.Length; i++)
        {
            PrefetchSlot(oldest, i + PrefetchDistance);
            PrefetchSlot(newest, i + PrefetchDistance);
            ChangeLocked(oldest[i]);
            ChangeLocked(newest[i]);
        }

        GC.KeepAlive(this);
        return (ulong)newest.Length;
    }

    private ulong Write<TWrite>(ReadOnlySpan<ulong> keys)
        where TWrite : struct, IWrite
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum ^= TWrite.Perform(this, key);
        }

        GC.KeepAlive(this);
        Sink.Consume(sum);
        return (ulong)keys.Length;
    }

    private ulong WritePrefetched<TWrite>(ReadOnlySpan<ulong> keys)
        where TWrite : struct, IWrite
    {
        for (int i = 0; i < keys.Length; i++)
        {
            PrefetchSlot(keys, i + PrefetchDistance);
            TWrite.Perform(this, keys[i]);
        }

        GC.KeepAlive(this);
        return (ulong)keys.Length;
    }

    // Four per line, and four at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HundredInstructions(ulong key)
    {
        ulong a = key, b = ~key, c = key + 1, d = key - 1;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        a += b; b ^= c; c += d; d ^= a;
        return a ^ b ^ c ^ d;
    }

    private ulong* SlotOf(ulong key) =>
        (ulong*)(_pages.Address
            + ((_isMasked ? MaskedIndex.Of(key, _slots) : ScaledIndex.Of(key, _slots)) * SlotBytes));

    private void PrefetchSlot(ReadOnlySpan<ulong> keys, int index)
    {
        if (index < keys.Length)
        {
            Prefetch((byte*)SlotOf(keys[index]));
        }
    }

    // The first word is the version: odd while the slot is locked. Slots are filled with even numbers.
    private static void Replace(ulong* slot, ulong value)
    {
        ulong version = Volatile.Read(ref *slot) & ~1UL;
        while (Interlocked.CompareExchange(ref *slot, version + 1, version) != version)
        {
            version = Volatile.Read(ref *slot) & ~1UL;
        }

        slot[1] = value;
        Volatile.Write(ref *slot, version + 2);
    }

    private void ChangeLocked(ulong key)
    {
        int* word = (int*)(_locks.Address + ((Hash(key) >> LockShift) * LockBytes));
        while (Interlocked.CompareExchange(ref *word, 1, 0) != 0)
        {
            Thread.SpinWait(1);
        }

        ulong* slot = SlotOf(key);
        ulong version = *slot;
        Volatile.Write(ref *slot, version + 1);
        slot[1] = key;
        Volatile.Write(ref *slot, version + 2);
        Interlocked.Exchange(ref *word, 0);
    }

    /// <summary>A write of one key.</summary>
    private interface IWrite
    {
        /// <summary>The hundreds of instructions beside the write.</summary>
        static abstract ulong Work { get; }

        /// <summary>Performs the write.</summary>
        /// <returns>A number that depends on all the work beside the write; 0 if there is none.</returns>
        static abstract ulong Perform(FloorTable table, ulong key);
    }

    private readonly struct Replacement : IWrite
    {
        public static ulong Work => 0;

        public static ulong Perform(FloorTable table, ulong key)
        {
            Replace(table.SlotOf(key), key);
            return 0;
        }
    }

    private readonly struct LockedChange : IWrite
    {
        public static ulong Work => 0;

        public static ulong Perform(FloorTable table, ulong key)
        {
            table.ChangeLocked(key);
            return 0;
        }
    }

    private readonly struct WithWork<TWrite> : IWrite
        where TWrite : struct, IWrite
    {
        public static ulong Work => TWrite.Work + 1;

        // Other work each time, so that the compiler does not do it once.
        public static ulong Perform(FloorTable table, ulong key) =>
            HundredInstructions(key + Work) ^ TWrite.Perform(table, key);
    }
}
