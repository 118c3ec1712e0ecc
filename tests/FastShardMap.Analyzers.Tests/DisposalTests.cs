using FastShardMap.Analyzers;

namespace FastShardMap.Analyzers.Tests;

/// <summary>FSM0001.</summary>
public class DisposalTests
{
    private const string Id = "FSM0001";

    [Theory]
    [InlineData("void M() { ShardMap<int, int> map = [|new()|]; map[1] = 2; }")]
    [InlineData("void M() { var map = [|new ShardMap<int, int>(10)|]; map.Increment(1); foreach (var e in map) { } }")]
    [InlineData("long M(ShardMap<int, int> map) { var all = [|map.Snapshot()|]; return all.Count + all.Count(); }")]
    [InlineData("int M(ShardMap<int, int> map) => [|map.Snapshot()|][1];")]
    [InlineData("int M(ShardMap<int, int> map) => [|map.Snapshot()|].ToArray().Length;")]
    [InlineData("void M(ShardMap<int, int> map) { foreach (var e in [|map.Clone()|]) { } }")]
    [InlineData("void M() { [|new ShardMap<int, int>()|]; }")]
    [InlineData("void M() { _ = [|ShardMap<int, int>.LoadFrom(\"a\")|]; }")]
    [InlineData("async Task M() { var map = await [|ShardMap<int, int>.LoadFromAsync(\"a\")|]; map.Clear(); }")]
    [InlineData(
        "async Task M() { var map = await [|ShardMap<int, "
            + "int>.LoadFromAsync(\"a\")|].ConfigureAwait(false); map.Clear(); }")]
    [InlineData("void M() { ShardMap<int, int> map; map = [|new()|]; map.Add(1, 2); }")]
    [InlineData("void M() { var map = [|new ShardMap<int, int>()|]; Parallel.For(0, 9, i => map[i] = 1); }")]
    [InlineData("void M() { var map = [|new ShardMap<int, int>()|]; Parallel.Invoke(() => map.Clear(), () => { }); }")]
    [InlineData("int M(int[] all) { var map = [|new ShardMap<int, int>()|]; return all.Sum(i => map[i]); }")]
    [InlineData("int[] M(int[] a) { var m = [|new ShardMap<int, int>()|]; return a.Select(i => m[i]).ToArray(); }")]
    [InlineData(
        "void M(int[] all) { var map = [|new ShardMap<int, int>()|]; foreach (int value in all.Where(i => map[i] > 0)) "
            + "{ } }")]
    [InlineData(
        "int M(ShardMap<int, int> other) { var map = [|new ShardMap<int, int>()|]; return other.GetOrAdd(1, "
            + "i => map[i]); }")]
    [InlineData("Action M() => () => { var map = [|new ShardMap<int, int>()|]; map[1] = 2; };")]
    [InlineData("void M() { void Inner() { var map = [|new ShardMap<int, int>()|]; map[1] = 2; } Inner(); }")]
    [InlineData("bool M() { var map = [|new ShardMap<int, int>()|]; return map is not null and { Count: 1 }; }")]
    [InlineData(
        "async Task M(int[] all) { var map = [|new ShardMap<int, int>()|]; await Parallel.ForEachAsync(all, (i, c) => "
            + "{ map[i] = 1; return default; }); }")]
    [InlineData("void M() { var map = [|new ShardMap<int, int>()|]; Console.WriteLine($\"{map}\"); }")]
    [InlineData("void M() { var map = [|new TextShardMap<int>()|]; map[\"a\"] = 1; }")]
    [InlineData("long M(TextShardMap<int> map) { var all = [|map.Snapshot()|]; return all.Count; }")]
    [InlineData("void M(ShardMap<int, int> map) { var phase = [|map.EnterExclusive()|]; phase[1] = 1; }")]
    [InlineData("void M() { IConcurrentMap<int, int> map = [|new ChannelShardMap<int, int>()|]; map.Clear(); }")]
    public Task Local_NeverDisposed_IsReported(string code) => Verify.ReportsAsync(Id, code);

    [Theory]
    [InlineData("void M() { using ShardMap<int, int> map = new(); map[1] = 2; }")]
    [InlineData("void M() { using (var map = new ShardMap<int, int>()) { map[1] = 2; } }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); using (map) { } }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); try { map[1] = 2; } finally { map.Dispose(); } }")]
    [InlineData("void M() { ShardMap<int, int>? map = new(); map?.Dispose(); }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); ((IDisposable)map).Dispose(); }")]
    [InlineData("void M(CancellationToken c) { var map = new ShardMap<int, int>(); c.Register(map.Dispose); }")]
    [InlineData("void M(CancellationToken c) { var map = new ShardMap<int, int>(); c.Register(() => map.Dispose()); }")]
    [InlineData("async Task M() { var map = new ChannelShardMap<int, int>(); await map.DisposeAsync(); }")]
    [InlineData("async Task M() { await using var map = new ChannelShardMap<int, int>(); map[1] = 2; }")]
    [InlineData("async Task M() { using var map = await ShardMap<int, int>.LoadFromAsync(\"a\"); }")]
    [InlineData("Task<ShardMap<int, int>> M() => ShardMap<int, int>.LoadFromAsync(\"a\");")]
    public Task Local_Disposed_IsNotReported(string code) => Verify.ReportsNothingAsync(code);

    [Theory]
    [InlineData("ShardMap<int, int> M() => new();")]
    [InlineData("ShardMap<int, int> M() { var map = new ShardMap<int, int>(); map[1] = 2; return map; }")]
    [InlineData("void M(List<IDisposable> all) { var map = new ShardMap<int, int>(); all.Add(map); }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); Take(map); } void Take(IDisposable map) { }")]
    [InlineData("object M() { var map = new ShardMap<int, int>(); return new object[] { map }; }")]
    [InlineData("(ShardMap<int, int>, int) M() { var map = new ShardMap<int, int>(); return (map, 1); }")]
    [InlineData("Lazy<ShardMap<int, int>> M() => new(() => new ShardMap<int, int>());")]
    [InlineData("void M(out ShardMap<int, int> map) { map = new(); }")]
    [InlineData("void M(ShardMap<int, int> map) { map.EnterExclusive(); map.Exclusive!.Dispose(); }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); var other = map; other.Dispose(); }")]
    [InlineData("static readonly ShardMap<int, int> Shared = new(); static ShardMap<int, int> Other { get; } = new();")]
    [InlineData("async Task<object> M() { var map = new ShardMap<int, int>(); await Task.Yield(); return map; }")]
    [InlineData("Action M() => () => new ShardMap<int, int>(-1);")]
    [InlineData("IEnumerable<ShardMap<int, int>> M() { yield return new ShardMap<int, int>(); }")]
    [InlineData("ShardMap<int, int>[] M() => [new ShardMap<int, int>(), new ShardMap<int, int>()];")]
    [InlineData("ShardMap<int, int> M(bool b) { ShardMap<int, int>? m = b ? new() : null; return m ?? new(); }")]
    [InlineData("Func<int, int> M() { var map = new ShardMap<int, int>(); return key => map.GetOrAdd(key, 1); }")]
    [InlineData("Func<int> M() { var map = new ShardMap<int, int>(); int Inner() => map[1]; return Inner; }")]
    [InlineData("IEnumerable<int> M(int[] a) { var map = new ShardMap<int, int>(); return a.Select(i => map[i]); }")]
    [InlineData("Task M() { var map = new ShardMap<int, int>(); return Task.Run(() => map[1] = 2); }")]
    [InlineData(
        "void M(List<Action> all) { var map = new ShardMap<int, int>(); Parallel.Invoke(() => all.Add(() => "
            + "map.Clear())); }")]
    [InlineData("event Action E; void M() { var map = new ShardMap<int, int>(); E += () => map.Clear(); }")]
    [InlineData(
        "Task M(int[] all) { var map = new ShardMap<int, int>(); return Parallel.ForEachAsync(all, (i, c) => "
            + "{ map[i] = 1; return default; }); }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); if (map is IDisposable d) { d.Dispose(); } }")]
    [InlineData("void M() { var map = new ShardMap<int, int>(); if (map is { Count: 0 } m) { m.Dispose(); } }")]
    public Task Local_GivenAway_IsNotReported(string code) => Verify.ReportsNothingAsync(code);

    [Fact]
    public Task Field_NeverDisposed_IsReported() => Verify.ReportsAsync(
        Id,
        """
        sealed class Sessions
        {
            private readonly ShardMap<Guid, long> _byId = [|new(new ShardMapOptions { Name = "sessions" })|];
            private readonly ShardMap<int, int> _byUser;

            public Sessions() => _byUser = [|new ShardMap<int, int>()|];

            public long this[Guid id] => _byId[id] + _byUser.Count;

            // The same name, in another object.
            private sealed class Inner : IDisposable
            {
                private readonly ShardMap<Guid, long> _byId = new();

                public void Dispose() => _byId.Dispose();
            }
        }
        """);

    [Fact]
    public Task Field_DisposedOrShared_IsNotReported() => Verify.ReportsNothingAsync(
        """
        sealed class Sessions : IAsyncDisposable
        {
            private readonly ShardMap<Guid, long> _byId = new();
            private ShardMap<int, int>? _byUser;
            private readonly ShardMap<int, int> _injected;
            private readonly ShardMap<int, int> _returned = new();
            private readonly ShardMap<int, int> _wrapped = new();
            private ShardMap<int, int>? _exchanged = new();
            private static readonly ShardMap<int, int> s_static = new();
            private readonly AuditedShardMap<int, int, DefaultHasher<int>> _audited;
            internal readonly ShardMap<int, int> Visible = new();

            public Sessions(ShardMap<int, int> injected)
            {
                _injected = injected;
                _audited = new(_wrapped);
            }

            public IReadOnlyCollection<int> Keys => _returned.Select(pair => pair.Key).ToArray();

            public ShardMap<int, int> Map => _returned;

            public void Start() => _byUser ??= new ShardMap<int, int>();

            public ValueTask DisposeAsync()
            {
                _byId.Dispose();
                _byUser?.Dispose();
                using (_audited)
                {
                }

                Interlocked.Exchange(ref _exchanged, null)?.Dispose();
                return default;
            }
        }
        """);

    [Fact]
    public Task Field_DisposedInGeneratedCode_IsNotReported() => Verify.ReportsNothingAsync(
        """
        sealed partial class Window
        {
            private readonly ShardMap<Guid, long> _byId = new();
        }

        [System.CodeDom.Compiler.GeneratedCode("designer", "1.0")]
        sealed partial class Window : IDisposable
        {
            [System.CodeDom.Compiler.GeneratedCode("designer", "1.0")]
            public void Dispose() => _byId.Dispose();
        }
        """);

    [Fact]
    public Task Local_OfGeneratedCode_IsNotReported() => Verify.ReportsNothingAsync(
        """
        [System.CodeDom.Compiler.GeneratedCode("designer", "1.0")]
        class Sample
        {
            void M() { var map = new ShardMap<int, int>(); map[1] = 2; }
        }
        """);

    [Fact]
    public Task EntryPoint_MapOfTheProcess_IsNotReported() => Verify.ReportsNothingAsync(
        """
        // program
        ShardMap<int, int> map = new();
        map[1] = 2;
        """);

    [Fact]
    public Task EntryPoint_MapPerTurnAndSnapshot_AreReported() => Verify.ReportsAsync(
        Id,
        """
        // program
        ShardMap<int, int> map = new();
        for (int i = 0; i < 10; i++)
        {
            ShardMap<int, int> turn = [|new()|];
            turn[1] = 2;
        }

        var all = [|map.Snapshot()|];
        Console.WriteLine(all.Count);
        """);

    [Theory]
    [InlineData(
        "void M()\n{\n    // why\n    var map = new ShardMap<int, int>();\n    map[1] = 2;\n}",
        "void M()\n{\n    // why\n    using var map = new ShardMap<int, int>();\n    map[1] = 2;\n}")]
    [InlineData(
        "async Task M() { var map = await ShardMap<int, int>.LoadFromAsync(\"a\"); map.Clear(); }",
        "async Task M() { using var map = await ShardMap<int, int>.LoadFromAsync(\"a\"); map.Clear(); }")]
    public Task UsingFix_OfLocal_DeclaresWithUsing(string source, string expected) =>
        Verify.FixesAsync(new UsingFix(), source, expected);

    /// <summary>A using declaration would not compile there.</summary>
    [Theory]
    [InlineData("void M(int i) { switch (i) { case 1: var map = new ShardMap<int, int>(); map[1] = 2; break; } }")]
    [InlineData("void M(ShardMap<int, int> o) { var map = new ShardMap<int, int>(); map.Clear(); map = o; }")]
    [InlineData("void M() { object map = new ShardMap<int, int>(); Console.WriteLine(map == null); }")]
    public Task UsingFix_WhereItDoesNotCompile_IsNotOffered(string source) =>
        Verify.OffersNothingAsync(new UsingFix(), source);
}
