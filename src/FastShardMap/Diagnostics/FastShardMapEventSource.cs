using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;

namespace FastShardMap.Diagnostics;

/// <summary>
/// The event source <c>FastShardMap</c>. native-layout-docs/observation.md describes its events. Events identify a map
/// by the address of its header, and threads by their managed ids.
/// </summary>
/// <remarks>Listeners within the process run on the thread that performs the operation, mostly under a shard's lock.
/// They may read maps, but must not write to the map that the event is about.</remarks>
[EventSource(Name = SourceName)]
[UnconditionalSuppressMessage(
    "Trimming",
    "IL2026",
    Justification = "Every argument of WriteEvent is a number or a string.")]
internal sealed unsafe class FastShardMapEventSource : EventSource
{
    public const string SourceName = "FastShardMap";

    private FastShardMapEventSource()
    {
    }

    /// <summary>The only instance. The first map creates it; sessions that began before get their events from then
    /// on. Null while it is made, for a listener that makes a map then.</summary>
    public static FastShardMapEventSource? Log { get; } = Create();

    /// <summary>Reports a map, if a session has enabled this.</summary>
    [NonEvent]
    public void ReportMap(IObservedMap map)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Maps))
        {
            (Type key, Type value, Type hasher) = map.Types;
            MapInfo((ulong)map.Address, map.Name ?? string.Empty, key.ToString(), value.ToString(), hasher.ToString());
        }
    }

    [Event(1, Level = EventLevel.Informational, Keywords = Keywords.Maps,
        Message = "Map {1} <{2}, {3}> at {0}")]
    public void MapInfo(ulong map, string name, string keyType, string valueType, string hasherType) =>
        WriteEvent(1, map, name, keyType, valueType, hasherType);

    [Event(
        2,
        Level = EventLevel.Informational,
        Keywords = Keywords.Migration,
        Task = Tasks.Migration,
        Opcode = EventOpcode.Start,
        ActivityOptions = EventActivityOptions.Disable,
        Message = "Shard {1} of map {0} migrates {4} entries from {2} to {3} groups")]
    public void MigrationStart(ulong map, int shard, long previousGroups, long currentGroups, long entries) =>
        WriteEvent(2, map, shard, previousGroups, currentGroups, entries);

    [Event(
        3,
        Level = EventLevel.Informational,
        Keywords = Keywords.Migration,
        Task = Tasks.Migration,
        Opcode = EventOpcode.Stop,
        ActivityOptions = EventActivityOptions.Disable,
        Message = "Shard {1} of map {0} has emptied {2} groups; completed: {3}")]
    public void MigrationStop(ulong map, int shard, long previousGroups, bool completed) =>
        WriteEvent(3, map, shard, previousGroups, completed);

    [Event(
        4,
        Level = EventLevel.Informational,
        Keywords = Keywords.Contention,
        Task = Tasks.Contention,
        Opcode = EventOpcode.Start,
        ActivityOptions = EventActivityOptions.Disable,
        Message = "Thread {3} waits for thread {2} at shard {1} of map {0}")]
    public void ContentionStart(
        ulong map, int shard, int ownerThread, int waiterThread, string ownerName, string waiterName) =>
        WriteEvent(4, map, shard, ownerThread, waiterThread, ownerName, waiterName);

    [Event(
        5,
        Level = EventLevel.Informational,
        Keywords = Keywords.Contention,
        Task = Tasks.Contention,
        Opcode = EventOpcode.Stop,
        ActivityOptions = EventActivityOptions.Disable,
        Message = "Thread {2} has waited {4} ns at shard {1} of map {0}; entered: {3}")]
    public void ContentionStop(ulong map, int shard, int waiterThread, bool entered, long waitNanoseconds) =>
        WriteEvent(5, map, shard, waiterThread, entered, waitNanoseconds);

    [Event(6, Level = EventLevel.Informational, Keywords = Keywords.Reads,
        Message = "Thread {2} reads shard {1} of map {0} under the lock")]
    public void ReadFallback(ulong map, int shard, int thread) => WriteEvent(6, map, shard, thread);

    [Event(7, Level = EventLevel.Verbose, Keywords = Keywords.Memory, Message = "{1} bytes at {0} are no longer used")]
    public void MemoryRetired(ulong address, long bytes) => WriteEvent(7, address, bytes);

    [Event(
        8,
        Level = EventLevel.Verbose,
        Keywords = Keywords.Memory,
        Message = "{1} bytes at {0} were returned to the operating system")]
    public void MemoryReleased(ulong address, long bytes) => WriteEvent(8, address, bytes);

    [Event(
        9,
        Level = EventLevel.Warning,
        Keywords = Keywords.Memory,
        Message = "{0} '{1}' of {2} bytes was not disposed")]
    public void Undisposed(string type, string name, long bytes) => WriteEvent(9, type, name, bytes);

    private static FastShardMapEventSource Create()
    {
        FastShardMapEventSource log = new();
        LibraryUnloading.Register(log.Dispose);
        return log;
    }

    /// <summary>Sets the listeners of the engine. The engine checks only whether there is a listener, and not levels
    /// and keywords, so there is one only while a session is enabled.</summary>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        ShardEvents.Listener =
            IsEnabled(EventLevel.Informational, Keywords.Migration | Keywords.Contention | Keywords.Reads)
                ? new ShardListener(this)
                : null;
        MemoryEvents.Listener = IsEnabled(EventLevel.Warning, Keywords.Memory) ? new MemoryListener(this) : null;
        if (command.Command == EventCommand.Enable && IsEnabled(EventLevel.Informational, Keywords.Maps))
        {
            foreach (IObservedMap map in MapRegistry.Live())
            {
                ReportMap(map);
            }
        }
    }

    /// <summary>The keywords that a session can enable.</summary>
    public static class Keywords
    {
        /// <summary>Migrations.</summary>
        public const EventKeywords Migration = (EventKeywords)1;

        /// <summary>Waits for shard locks.</summary>
        public const EventKeywords Contention = (EventKeywords)2;

        /// <summary>Reads that took the lock.</summary>
        public const EventKeywords Reads = (EventKeywords)4;

        /// <summary>Memory that is no longer used, or that was returned to the operating system.</summary>
        public const EventKeywords Memory = (EventKeywords)8;

        /// <summary>The existing maps, and new ones.</summary>
        public const EventKeywords Maps = (EventKeywords)16;
    }

    /// <summary>Pairs of start and stop events.</summary>
    public static class Tasks
    {
        public const EventTask Migration = (EventTask)1;
        public const EventTask Contention = (EventTask)2;
    }

    private sealed class ShardListener(FastShardMapEventSource log) : ShardEvents
    {
        public override void ContentionStart(WriteSide* side, int ownerId, int waiterId)
        {
            if (log.IsEnabled(EventLevel.Informational, Keywords.Contention))
            {
                log.ContentionStart(
                    (ulong)side->Map, side->ShardIndex, ownerId, waiterId, NameOf(ownerId), NameOf(waiterId));
            }
        }

        private static string NameOf(int thread) => Sharding.ThreadState.ById(thread)?.Name ?? string.Empty;

        public override void ContentionStop(WriteSide* side, int waiterId, bool entered, long waitNanoseconds)
        {
            if (log.IsEnabled(EventLevel.Informational, Keywords.Contention))
            {
                log.ContentionStop((ulong)side->Map, side->ShardIndex, waiterId, entered, waitNanoseconds);
            }
        }

        public override void MigrationStart(WriteSide* side, ulong previousGroups, ulong currentGroups)
        {
            if (log.IsEnabled(EventLevel.Informational, Keywords.Migration))
            {
                log.MigrationStart(
                    (ulong)side->Map, side->ShardIndex, (long)previousGroups, (long)currentGroups, side->Count);
            }
        }

        public override void MigrationStop(WriteSide* side, ulong previousGroups, bool completed)
        {
            if (log.IsEnabled(EventLevel.Informational, Keywords.Migration))
            {
                log.MigrationStop((ulong)side->Map, side->ShardIndex, (long)previousGroups, completed);
            }
        }

        public override void ReadFallback(WriteSide* side, int threadId)
        {
            if (log.IsEnabled(EventLevel.Informational, Keywords.Reads))
            {
                log.ReadFallback((ulong)side->Map, side->ShardIndex, threadId);
            }
        }
    }

    private sealed class MemoryListener(FastShardMapEventSource log) : MemoryEvents
    {
        public override void Retired(nuint address, nuint bytes)
        {
            if (log.IsEnabled(EventLevel.Verbose, Keywords.Memory))
            {
                log.MemoryRetired(address, (long)bytes);
            }
        }

        public override void Released(nuint address, nuint bytes)
        {
            if (log.IsEnabled(EventLevel.Verbose, Keywords.Memory))
            {
                log.MemoryReleased(address, (long)bytes);
            }
        }

        public override void Undisposed(Type type, string? name, long bytes) =>
            log.Undisposed(type.ToString(), name ?? string.Empty, bytes);
    }
}
