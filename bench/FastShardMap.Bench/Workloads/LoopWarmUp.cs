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

    /// <summary>Does what <see cref="Run"/> does unless it has been done for this map before.</summary>
    public static void RunOnce<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        if (!Done<TMap>.IsDone)
        {
            Run<TMap>();
        }
    }

    /// <param name="more">Further work with a map and keys it does not hold.</param>
    public static void Run<TMap>(Action<TMap, ulong[]>? more = null)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        ulong[] others = KeyStreams.Distinct(first: 1_000_000, 2_000);
        ulong sum = 0;
        Repeat(() =>
        {
            using TMap map = TMap.Create(default);
            sum += MapLoops.Fill(map, keys);
            sum += MapLoops.Lookup(map, keys);
            sum += MapLoops.Lookup(map, others);
            sum += MapLoops.DependentLookup(map, keys, zero: 0);
            sum += MapLoops.Overwrite(map, keys);
            sum += MapLoops.ReadThenOverwrite(map, keys);
            sum += MapLoops.Churn(map, keys, others);
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
