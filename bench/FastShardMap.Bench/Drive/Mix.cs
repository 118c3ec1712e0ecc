using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Drive;

/// <summary>
/// In what proportions operations come: the mixes of YCSB that a map without ranges can run, and one of churn.
/// </summary>
/// <remarks>B. Cooper et al., "Benchmarking cloud serving systems with YCSB", SoCC 2010: workloads A, B, C and
/// F.</remarks>
internal sealed record Mix(string Name, string Description, double Reads, OperationKind Other)
{
    public static readonly Mix[] All =
    [
        new("A", "50 % read, 50 % update", 0.5, OperationKind.Update),
        new("B", "95 % read, 5 % update", 0.95, OperationKind.Update),
        new("C", "100 % read", 1, OperationKind.Read),
        new("F", "50 % read, 50 % read-modify-write", 0.5, OperationKind.ReadModifyWrite),
        new("churn", "remove the oldest, insert a new key", 0, OperationKind.Insert),
    ];

    /// <summary>Whether keys come from a moving window instead of a stream.</summary>
    public bool IsChurn => Other == OperationKind.Insert;

    public static Mix Of(string name) =>
        Array.Find(All, mix => string.Equals(mix.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"No mix is called '{name}'.", nameof(name));

    /// <summary>A stream of kinds in these proportions, in random order.</summary>
    public OperationKind[] Kinds(int count, ulong seed)
    {
        SplitMix random = new(seed);
        OperationKind[] kinds = new OperationKind[count];
        for (int i = 0; i < kinds.Length; i++)
        {
            kinds[i] = random.NextDouble() <= Reads ? OperationKind.Read : Other;
        }

        return kinds;
    }
}
