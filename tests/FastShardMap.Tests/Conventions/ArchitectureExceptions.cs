namespace FastShardMap.Tests.Conventions;

/// <summary>
/// Exceptions to the rules of <see cref="LayerTests"/> and <see cref="ArchitectureTests"/>. An exception that is no
/// longer needed fails its test.
/// </summary>
internal static class ArchitectureExceptions
{
    /// <summary>What an exception may allow, besides the use of a folder or a type.</summary>
    public const string Concurrency = "concurrency";
    public const string Wait = "wait";
    public const string Length = "length";
    public const string Word = "word";
    public const string Bits = "bits";

    /// <summary>File; what it may do all the same, which is one of the words above or a folder or type that it uses;
    /// why.</summary>
    public static readonly (string File, string What, string Why)[] All =
    [
        ("FastShardMap/ShardMap.cs", "Diagnostics", "an attribute names the view that debuggers show"),
        ("Sharding/ShardSet.Statistics.cs", "ShardMapStatistics",
            "the public record of figures, which the shards add up"),
        ("FastShardMap.Inspector/Program.cs", "Commands", "the entry point hands over to them"),
        ("FastShardMap.Inspector/Program.cs", "Targets", "the entry point starts the process that reads the target"),
        ("FastShardMap.Inspector/Program.cs", "Rendering", "the entry point opens the standard output"),
        ("Scheduling/Execution.cs", Length, "the test scheduler is one state machine: its parts share every field"),
        ("Sharding/Locking/UninterruptibleSpin.cs", Wait,
            "the wait for a few instructions of another thread, which nothing ends early"),
        ("Memory/UninterruptibleMonitor.cs", Wait, "the same for longer waits"),
        ("Sharding/Locking/ParkingLot.cs", Wait,
            "the one wait that an interruption may end: nothing has happened yet, or it is deferred"),
        ("Sharding/BackgroundMigration.cs", Wait, "a thread of the library's own, which nobody else can interrupt"),
        ("Memory/ForgottenMemory.cs", Wait, "likewise"),
        ("Memory/WorkThreads.cs", Wait, "likewise"),
        ("Hashing/CanonicalKeyBits.cs", Bits, "the flags of a decimal, which are no map's"),
        ("Probing/PortableControlGroup.cs", Bits,
            "it compares all control bytes at once, as the vector instructions of the others do"),
        ("Sharding/Locking/ParkingLot.cs", Word, "a parking lot has buckets of waiting threads, which are no table's"),
    ];

    /// <summary>The exceptions that allow the use of a folder or a type.</summary>
    public static IEnumerable<(string File, string What, string Why)> OfUses =>
        All.Where(exception => exception.What is not (Concurrency or Wait or Length or Word or Bits));

    public static (string File, string What, string Why)? Find(string path, params string[] what)
    {
        int index = Array.FindIndex(All, exception => IsOf(exception, path) && what.Contains(exception.What));
        return index < 0 ? null : All[index];
    }

    public static bool IsOf((string File, string What, string Why) exception, string path) =>
        path.EndsWith("/" + exception.File, StringComparison.Ordinal);
}
