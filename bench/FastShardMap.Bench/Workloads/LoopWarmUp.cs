using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>
/// Calls every measured loop on a small map until the just-in-time compiler has profiled it and made its final code.
/// </summary>
internal static class LoopWarmUp
{
    /// <summary>A method is compiled again after 30 calls, once without and once with what its profile says.</summary>
    private const int CallsPerRound = 64;

    private const int Rounds = 4;

    /// <summary>Calls something as often, and with such pauses, that the compiler makes its final code of it.</summary>
    public static void Repeat(Action call)
    {
        ArgumentNullException.ThrowIfNull(call);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < CallsPerRound; i++)
            {
                call();
            }

            // Methods are handed to the compiler's background thread 100 ms after the last new one was called.
            Thread.Sleep(200);
        }
    }

    /// <summary>Does what <see cref="Run{TMap}"/> does unless it has been done for this map before.</summary>
    public static void RunOnce<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> => RunOnce<TMap, ulong, ulong, WordEntry>();

    /// <inheritdoc cref="RunOnce{TMap}"/>
    public static void RunOnce<TMap, TKey, TValue, TEntry>()
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue>
    {
        if (!Done<TMap>.IsDone)
        {
            Run<TMap, TKey, TValue, TEntry>();
        }
    }

    /// <param name="more">Further work with a map and keys it does not hold.</param>
    public static void Run<TMap>(Action<TMap, ulong[]>? more = null)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> => Run<TMap, ulong, ulong, WordEntry>(more);

    private static void Run<TMap, TKey, TValue, TEntry>(Action<TMap, TKey[]>? more = null)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue>
    {
        TKey[] keys = Array.ConvertAll(KeyStreams.Distinct(first: 0, 2_000), TEntry.KeyOf);
        TKey[] others = Array.ConvertAll(KeyStreams.Distinct(first: 1_000_000, 2_000), TEntry.KeyOf);
        ulong sum = 0;
        Repeat(() =>
        {
            using TMap map = TMap.Create(default);
            sum += WriteLoops<TMap, TKey, TValue, TEntry>.Fill(map, keys);
            sum += ReadLoops<TMap, TKey, TValue, TEntry>.Lookup(map, keys);
            sum += ReadLoops<TMap, TKey, TValue, TEntry>.Lookup(map, others);
            sum += ReadLoops<TMap, TKey, TValue, TEntry>.DependentLookup(map, keys, zero: 0);
            sum += WriteLoops<TMap, TKey, TValue, TEntry>.Overwrite(map, keys);
            sum += WriteLoops<TMap, TKey, TValue, TEntry>.ReadThenOverwrite(map, keys);
            sum += WriteLoops<TMap, TKey, TValue, TEntry>.MostlyRead(map, keys);
            sum += WriteLoops<TMap, TKey, TValue, TEntry>.Churn(map, keys, others);
            more?.Invoke(map, others);
        });
        Sink.Consume(sum);
        Done<TMap>.IsDone = true;
    }

    private static class Done<TMap>
    {
        public static bool IsDone { get; set; }
    }
}
