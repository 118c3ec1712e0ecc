using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Caches;

/// <summary>Traces that are computed: the same requests on every machine.</summary>
internal static class GeneratedTraces
{
    private const int Keys = 500_000;
    private const int Requests = 4_000_000;
    private const int ScanEvery = 200_000;
    private const int ScanKeys = 50_000;
    private const int LoopKeys = 20_000;

    /// <summary>The names of the traces.</summary>
    public static readonly string[] Names =
        ["zipf 0.7", "zipf 0.9", "zipf 0.99", "zipf 1.1", "zipf and scans", "moving zipf", "loop"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="shrink">Divides the numbers of keys and requests.</param>
    public static Trace Create(string name, int shrink)
    {
        int keys = Keys / shrink;
        int requests = Requests / shrink;
        ulong[] trace = name switch
        {
            "zipf 0.7" => Zipf(keys, requests, 0.7),
            "zipf 0.9" => Zipf(keys, requests, 0.9),
            "zipf 0.99" => Zipf(keys, requests, 0.99),
            "zipf 1.1" => Zipf(keys, requests, 1.1),
            "zipf and scans" => WithScans(Zipf(keys, requests, 0.99), ScanEvery / shrink, ScanKeys / shrink),
            "moving zipf" => Moving(keys, requests),
            "loop" => Loop(LoopKeys / shrink, requests),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such trace."),
        };
        return new Trace(name, trace);
    }

    private static ulong[] Zipf(int keys, int requests, double theta) =>
        KeyStreams.Zipfian(KeyStreams.Distinct(first: 0, keys), requests, theta, seed: 1);

    // Every so often many keys that never come again.
    private static ulong[] WithScans(ulong[] requests, int every, int length)
    {
        ulong[] mixed = new ulong[requests.Length + (requests.Length / every * length)];
        int next = 0;
        int scanned = 0;
        for (int index = 0; index < requests.Length; index++)
        {
            if (index > 0 && index % every == 0)
            {
                for (int step = 0; step < length; step++)
                {
                    mixed[next++] = SplitMix.Mix((ulong)(1L << 40) + (ulong)scanned++);
                }
            }

            mixed[next++] = requests[index];
        }

        return mixed[..next];
    }

    // The popular keys become others, a fifth of the trace at a time.
    private static ulong[] Moving(int keys, int requests)
    {
        const int Parts = 5;
        ulong[] trace = new ulong[requests];
        ulong[] set = KeyStreams.Distinct(first: 0, keys);
        for (int part = 0; part < Parts; part++)
        {
            int from = (int)((long)requests * part / Parts);
            int until = (int)((long)requests * (part + 1) / Parts);
            KeyStreams.Shuffle<ulong>(set.AsSpan(), (ulong)part + 10);
            KeyStreams.Zipfian(set, until - from, 0.9, (ulong)part + 20).CopyTo(trace, from);
        }

        return trace;
    }

    private static ulong[] Loop(int keys, int requests)
    {
        ulong[] set = KeyStreams.Distinct(first: 0, keys);
        ulong[] trace = new ulong[requests];
        for (int index = 0; index < trace.Length; index++)
        {
            trace[index] = set[index % keys];
        }

        return trace;
    }
}
