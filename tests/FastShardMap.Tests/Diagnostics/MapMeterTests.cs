using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using FastShardMap.Diagnostics;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>What a listener hears of named maps, against what the maps say themselves.</summary>
public sealed class MapMeterTests
{
    [Fact]
    public void Collect_NamedMap_AgreesWithItsStatistics()
    {
        string name = $"meter {Guid.NewGuid():N}";
        using ShardMap<ulong, ulong> map = new(
            new ShardMapOptions { Name = name, ShardCount = 2, MigrationStepGroups = 1 });
        for (ulong key = 0; map.Count < 500 || map.GetStatistics().MigrationsActive == 0; key++)
        {
            map[key] = key;
        }

        Dictionary<string, double> measured = Collect(name);
        ShardMapStatistics known = map.GetStatistics();
        Assert.Equal(known.Count, measured["fastshardmap.map.entries"]);
        Assert.Equal(known.Capacity, measured["fastshardmap.map.capacity"]);
        Assert.Equal(known.BytesAllocated, measured["fastshardmap.map.memory.usage"]);
        Assert.Equal(known.AddressSpaceBytes, measured["fastshardmap.map.memory.reserved"]);
        Assert.Equal(known.LoadFactor, measured["fastshardmap.map.load_factor"]);
        Assert.Equal(known.MigrationsStarted, measured["fastshardmap.map.migration.started"]);
        Assert.Equal(known.MigrationsFinished, measured["fastshardmap.map.migration.finished"]);
        Assert.Equal(known.MigrationsActive, measured["fastshardmap.map.migration.active"]);
        Assert.Equal(known.MigrationProgress, measured["fastshardmap.map.migration.progress"]);
        Assert.True(known.MigrationsActive > 0 && known.MigrationProgress < 1);
        Assert.Equal(known.LockWaits, measured["fastshardmap.map.lock.waits"]);
        Assert.Equal(known.Parks, measured["fastshardmap.map.lock.parks"]);
        Assert.Equal(known.LockWaitTime.TotalSeconds, measured["fastshardmap.map.lock.wait.duration"]);
        Assert.Equal(known.ReadFallbacks, measured["fastshardmap.map.read.fallbacks"]);
        Assert.Equal(0, measured["fastshardmap.map.read.retries"]);
        Assert.InRange(measured["fastshardmap.map.probe.length"], 0, 3);
        Assert.Equal(0, measured["fastshardmap.map.record.memory.held"]);
        Assert.Equal(20, measured.Count);
    }

    [Fact]
    public void Collect_MapOfLongKeys_AgreesWithItsStatistics()
    {
        string name = $"records {Guid.NewGuid():N}";
        using TextShardMap<int> map = new(new ShardMapOptions { Name = name, ShardCount = 2 });
        for (int key = 0; key < 1_000; key++)
        {
            map[$"a key whose bytes are in a record: {key}"] = key;
        }

        Remove(0);
        using TextSnapshot<int> snapshot = map.Snapshot();
        Remove(50);
        Dictionary<string, double> measured = Collect(name);
        ShardMapStatistics known = map.GetStatistics();
        Assert.True(known is { RecordBytesLive: > 0, RecordBytesFree: > 0, RecordBytesInLimbo: > 0 });
        Assert.Equal(known.RecordBytesLive, measured["fastshardmap.map.record.memory.live"]);
        Assert.Equal(known.RecordBytesHeld, measured["fastshardmap.map.record.memory.held"]);
        Assert.Equal(known.RecordBytesFree, measured["fastshardmap.map.record.memory.free"]);
        Assert.Equal(known.RecordBytesInLimbo, measured["fastshardmap.map.record.memory.limbo"]);
        Assert.Equal(known.RecordSegments, measured["fastshardmap.map.record.segments"]);

        void Remove(int first)
        {
            for (int key = first; key < first + 50; key++)
            {
                map.TryRemove($"a key whose bytes are in a record: {key}", out _);
            }
        }
    }

    [Fact]
    public void Collect_MapsOfOneName_AreToldApart()
    {
        string name = $"twins {Guid.NewGuid():N}";
        using ShardMap<int, int> first = new(new ShardMapOptions { Name = name });
        ShardMap<int, int> second = new(new ShardMapOptions { Name = name });
        using ShardMap<int, int> third = new(new ShardMapOptions { Name = name });
        first[1] = 1;
        third[1] = third[2] = third[3] = 1;

        Dictionary<string, double> measured = Collect(name);
        Assert.Equal(1, measured["fastshardmap.map.entries"]);
        Assert.Equal(0, measured["fastshardmap.map.entries 2"]);
        Assert.Equal(3, measured["fastshardmap.map.entries 3"]);

        // A disposed map gives its number to the next one.
        second.Dispose();
        Assert.DoesNotContain("fastshardmap.map.entries 2", Collect(name));
        using ShardMap<int, int> successor = new(new ShardMapOptions { Name = name });
        successor[1] = successor[2] = 1;
        Assert.Equal(2, Collect(name)["fastshardmap.map.entries 2"]);
        using ShardMap<int, int> fourth = new(new ShardMapOptions { Name = name });
        Assert.Equal(0, Collect(name)["fastshardmap.map.entries 4"]);
    }

    [Fact]
    public void Collect_WaitForALock_IsCountedAndTimed()
    {
        string name = $"waits {Guid.NewGuid():N}";
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = name, ShardCount = 1 });
        map[1] = 1;

        // On a busy machine the holder may be gone before the writer comes: then once more.
        for (int attempt = 0; attempt < 20 && map.GetStatistics().Parks == 0; attempt++)
        {
            using ManualResetEventSlim inside = new();
            Thread holder = new(() => map.TryUpdate(1, (ref int value, ManualResetEventSlim entered) =>
            {
                entered.Set();
                Thread.Sleep(200);
            }, inside));
            holder.Start();
            inside.Wait();
            map[1] = 2;
            holder.Join();
        }

        Dictionary<string, double> measured = Collect(name);
        Assert.InRange(measured["fastshardmap.map.lock.waits"], 1, 20);
        Assert.InRange(measured["fastshardmap.map.lock.parks"], 1, 20);
        Assert.InRange(measured["fastshardmap.map.lock.wait.duration"], 0.001, 60);
    }

    [Fact]
    public void Collect_UnnamedDisposedAndForgottenMaps_AreNotMeasured()
    {
        string name = $"gone {Guid.NewGuid():N}";
        using ShardMap<int, int> unnamed = new();
        ShardMap<int, int> disposed = new(new ShardMapOptions { Name = name });
        Assert.NotEmpty(Collect(name));
        disposed.Dispose();
        Assert.Empty(Collect(name));

        WeakReference forgotten = Forget(name);
        for (int i = 0; i < 10 && forgotten.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(forgotten.IsAlive, "the registry keeps maps alive");
        Assert.Empty(Collect(name));
    }

    [Fact]
    public void Collect_NoMapInParticular_IsOneMeasurementEach()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = "one" });
        Dictionary<string, double> measured = Collect(name: null);
        Assert.Equal(
            ["fastshardmap.collections", "fastshardmap.huge_page_pool.memory", "fastshardmap.undisposed.memory"],
            measured.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Instruments_All_HaveUnitAndDescription()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = "units" });
        List<Instrument> instruments = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == MapMeter.Name)
            {
                instruments.Add(instrument);
            }
        };
        listener.Start();

        Assert.Equal(23, instruments.Count);
        Assert.All(instruments, instrument =>
        {
            Assert.Matches("^fastshardmap(\\.[a-z_]+)+$", instrument.Name);
            Assert.Matches("^(1|s|By|\\{[a-z]+\\})$", instrument.Unit);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
            Assert.True(instrument.IsObservable);
        });
    }

    [Fact]
    public void Instruments_OfTheDocument_AreThoseOfTheCode()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = "document" });
        List<string> instruments = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == MapMeter.Name)
            {
                instruments.Add($"{instrument.Name} {instrument.Unit}");
            }
        };
        listener.Start();
        string[] documented = [.. Conventions.Repository.ReadLines("native-layout-docs/observation.md")
            .Where(line => line.StartsWith("| `fastshardmap.", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .Select(cells => $"{cells[1].Trim().Trim('`')} {cells[3].Trim().Trim('`')}")];

        Assert.Equal(instruments.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, double> Collect(string? name)
    {
        Dictionary<string, double> measured = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, self) =>
        {
            if (instrument.Meter.Name == MapMeter.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => Add(measured, name, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => Add(measured, name, instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private static void Add(
        Dictionary<string, double> measured,
        string? name,
        Instrument instrument,
        double value,
        ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Those of no map in particular have no tag.
        Assert.Equal(instrument.Name.StartsWith("fastshardmap.map.", StringComparison.Ordinal) ? 2 : 0, tags.Length);
        Assert.True(
            tags.Length == 0 || (tags[0].Key, tags[1].Key) == (MapMeter.NameTag, MapMeter.InstanceTag));
        if (Equals(tags.Length == 0 ? null : tags[0].Value, name))
        {
            string place = Equals(tags.Length == 0 ? 1 : tags[1].Value, 1) ? string.Empty : $" {tags[1].Value}";
            measured.Add($"{instrument.Name}{place}", value);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget(string name) =>
        new(new ShardMap<int, int>(new ShardMapOptions { Name = name }));
}
