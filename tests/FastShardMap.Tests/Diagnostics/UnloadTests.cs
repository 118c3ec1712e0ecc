using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>
/// A load context whose code has used maps is unloaded, whether it has brought the library along or not.
/// </summary>
[Collection(SerialTests.Name)]
public sealed class UnloadTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Unload_EveryFeatureUsed_Ends(bool ownLibrary, bool dispose)
    {
        using MeterListener metrics = new();
        metrics.InstrumentPublished = static (instrument, self) =>
        {
            if (instrument.Meter.Name == "FastShardMap")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        metrics.Start();
        using EverythingListener events = new();
        WeakReference context = UseAndUnload(ownLibrary, dispose, metrics);
        for (int i = 0; i < 300 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }

        Assert.False(context.IsAlive, "Something of the library's keeps the load context.");
        metrics.RecordObservableInstruments();
    }

    /// <summary>What the code in the context does; called there.</summary>
    internal static void UseEverything(bool dispose)
    {
        ShardMap<Key, long> map = new(new ShardMapOptions
        {
            Name = "unloaded", ShardCount = 2, MigrationStepGroups = 1, BackgroundMigration = true,
        });
        AuditedShardMap<Key, long, DefaultHasher<Key>> audit = new(map);
        for (int number = 0; number < 3000; number++)
        {
            audit[new Key(number)] = number;
        }

        map.AddOrUpdate(new Key(1), static _ => 1, static (_, old) => old + 1);
        ShardMapSnapshot<Key, long> snapshot = map.Snapshot();
        ShardMap<Key, long> copy = map.Clone();
        ChannelShardMap<Key, long> channel = new(shardCount: 2);
        channel[new Key(1)] = snapshot[new Key(1)];
        GuardedShardMap<Key, long, ReaderWriterGuard> guarded = new(shardCount: 2);
        guarded[new Key(1)] = copy[new Key(1)];
        using (map.EnterExclusive())
        {
            // Begun and ended.
        }

        if (dispose)
        {
            IDisposable[] all = [audit, snapshot, copy, channel, guarded, map];
            Array.ForEach(all, static item => item.Dispose());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndUnload(bool ownLibrary, bool dispose, MeterListener metrics)
    {
        PluginContext context = new(ownLibrary);
        Type plugin = context
            .LoadFromAssemblyName(typeof(UnloadTests).Assembly.GetName())
            .GetType(typeof(UnloadTests).FullName!)!;
        Assert.NotSame(typeof(UnloadTests), plugin);
        plugin.GetMethod(nameof(UseEverything), BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(
            obj: null, [dispose]);
        metrics.RecordObservableInstruments();
        Assert.Equal(ownLibrary, context.Assemblies.Any(static assembly => assembly.GetName().Name == "FastShardMap"));
        context.Unload();
        return new WeakReference(context);
    }

    private readonly record struct Key(int Number);

    private sealed class PluginContext(bool ownLibrary) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == "FastShardMap.Tests" || (ownLibrary && assemblyName.Name == "FastShardMap")
                ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"))
                : null;
    }

    private sealed class EverythingListener : EventListener
    {
        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "FastShardMap")
            {
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
            }
        }
    }
}
