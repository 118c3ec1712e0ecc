using FastShardMap.Analyzers;

namespace FastShardMap.Analyzers.Tests;

/// <summary>FSM0002, FSM0003 and FSM0004.</summary>
public class KeyTests
{
    private const string Hashers = """
        struct Bytes<T> : IKeyHasher<T> where T : unmanaged
        {
            public ulong Hash(T key, HashSeed seed) =>
                HashMixer.Mix(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in key)), seed);
        }

        """;

    [Fact]
    public Task KeyWithoutHashCode_OfDefaultHasher_IsReported() => Verify.ReportsAsync(
        "FSM0002",
        """
        #pragma warning disable CS0659
        struct Position : IEquatable<Position>
        {
            public int X, Y;
            public bool Equals(Position other) => (X, Y) == (other.X, other.Y);
        }

        class Sample
        {
            ShardMap<Position, int> A() => [|new()|];
            ShardMap<Position, int, FloodResistantHasher<Position>> B() => [|new(new ShardMapOptions())|];
            IDisposable C() => [|new ChannelShardMap<Position, int>()|];
        }
        """);

    [Fact]
    public Task KeyWithHashCodeOrHasher_IsNotReported() => Verify.ReportsNothingAsync(
        Hashers + """
        readonly record struct Cell(int X, int Y);

        struct Position : IEquatable<Position>
        {
            public int X, Y;
            public bool Equals(Position other) => (X, Y) == (other.X, other.Y);
        }

        struct Own : IEquatable<Own>
        {
            public int X;
            public bool Equals(Own other) => X == other.X;
            public override bool Equals(object? other) => other is Own own && Equals(own);
            public override int GetHashCode() => X;
        }

        struct PositionHasher : IKeyHasher<Position>
        {
            public ulong Hash(Position key, HashSeed seed) => HashMixer.Mix((uint)key.X, (uint)key.Y, seed);
        }

        class Sample
        {
            ShardMap<Cell, int> A() => new();
            ShardMap<Own, int> B() => new();
            ShardMap<Position, int, PositionHasher> C() => new();
            ShardMap<(int, long), int> D() => new();
            ShardMap<Guid, int> E() => new();
            ShardMap<DateTimeOffset, int> F() => new();
            ShardMap<EnumKey<DayOfWeek>, int> G() => new();
            ShardMap<Position, int, Bytes<Position>> H() => new();
            ShardMap<TKey, int> I<TKey>() where TKey : unmanaged, IEquatable<TKey> => new();
            ShardMap<Position, int, THasher> J<THasher>() where THasher : struct, IKeyHasher<Position> => new();
        }
        """);

    [Fact]
    public Task KeyWithoutIEquatable_IsReported() => Verify.ReportsAsync(
        "FSM0002",
        """
        struct Position { public int X, Y; }

        class Sample
        {
            void M(ShardMap<[|Position|], int> map) { }
        }
        """,
        "CS0315");

    [Theory]
    [InlineData("struct Key : IEquatable<Key> { public int A; public long B; @ }")]
    [InlineData("struct Key : IEquatable<Key> { public long A; public byte B; @ }")]
    [InlineData("struct Key(int a, long b) : IEquatable<Key> { public int A => a; public long B => b; @ }")]
    [InlineData("struct Key : IEquatable<Key> { public double A; public long B; @ }")]
    [InlineData("struct Key : IEquatable<Key> { public Guid A; public DateTime B; @ }")]
    [InlineData("struct Inner { public short A; public int B; } struct Key : IEquatable<Key> { public Inner A; @ }")]
    [InlineData("[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, "
        + "Size = 16)] struct Key : IEquatable<Key> { public long A; @ }")]
    public async Task KeyWithPadding_OfByteHasher_IsReported(string key)
    {
        key = key.Replace("@", Equality, StringComparison.Ordinal);
        await Verify.ReportsAsync(
            "FSM0003",
            Hashers + key + "class Sample { ShardMap<Key, int, Bytes<Key>> M() => [|new()|]; }");
        await Verify.ReportsAsync(
            "FSM0003", key + OwnHasher("[|Hasher|]", "MemoryMarshal.AsBytes(new Span<Key>(ref key))"));
        await Verify.ReportsAsync(
            "FSM0003", key + OwnHasher("[|Hasher|]", "new ReadOnlySpan<byte>(&key, sizeof(Key))"));
    }

    [Theory]
    [InlineData("struct Key : IEquatable<Key> { public int A; public int B; @ }")]
    [InlineData("struct Key(int a, int b) : IEquatable<Key> { public int A => a; public int B => b; @ }")]
    [InlineData("struct Key : IEquatable<Key> { public Guid A; public TimeSpan B; public DayOfWeek C, D; @ }")]
    [InlineData("[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, "
        + "Pack = 1)] struct Key : IEquatable<Key> { public byte A; public long B; @ }")]
    [InlineData("[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit)] "
        + "struct Key : IEquatable<Key> { [System.Runtime.InteropServices.FieldOffset(0)] public long A; @ }")]
    public async Task KeyWithoutPadding_OfByteHasher_IsNotReported(string key)
    {
        key = key.Replace("@", Equality, StringComparison.Ordinal);
        await Verify.ReportsNothingAsync(
            Hashers + key + "class Sample { ShardMap<Key, int, Bytes<Key>> M() => new(); }");
        await Verify.ReportsNothingAsync(key + OwnHasher("Hasher", "MemoryMarshal.AsBytes(new Span<Key>(ref key))"));
    }

    [Fact]
    public Task KeyWithPadding_OfHasherOfFields_IsNotReported() => Verify.ReportsNothingAsync(
        $"struct Key : IEquatable<Key> {{ public int A; public long B; {Equality} }}"
        + OwnHasher("Hasher", "BitConverter.GetBytes(key.B)")
        + OwnHasher("Other", "MemoryMarshal.AsBytes(new Span<long>(ref key.B))"));

    [Fact]
    public Task EnumKey_IsReportedWhereverItIsNamed() => Verify.ReportsAsync(
        "FSM0004",
        """
        class Sample
        {
            ShardMap<[|DayOfWeek|], int> M(IConcurrentMap<[|ConsoleColor|], int> other) =>
                new ShardMap<[|DayOfWeek|], int>();

            ShardMap<EnumKey<DayOfWeek>, DayOfWeek> N() => new();
        }
        """,
        "CS0315");

    [Fact]
    public Task EnumKeyFix_WrapsTheEnumeration() => Verify.FixesAsync(
        new EnumKeyFix(),
        "void M(ShardMap<DayOfWeek, DayOfWeek> map) { map[DayOfWeek.Monday] = DayOfWeek.Friday; }",
        "void M(ShardMap<EnumKey<DayOfWeek>, DayOfWeek> map) { map[DayOfWeek.Monday] = DayOfWeek.Friday; }");

    private const string Equality =
        "public bool Equals(Key other) => A.Equals(other.A); public override int GetHashCode() => A.GetHashCode();"
        + "public override bool Equals(object? other) => other is Key key && Equals(key);";

    private static string OwnHasher(string name, string bytes)
    {
        string qualified = bytes.Replace(
            "Memory", "System.Runtime.InteropServices.Memory", StringComparison.Ordinal);
        return $"unsafe struct {name} : IKeyHasher<Key> {{ public ulong Hash(Key key, HashSeed seed) => "
            + $"HashMixer.Mix({qualified}, seed); }} // class \n";
    }
}
