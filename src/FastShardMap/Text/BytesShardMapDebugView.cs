using System.Diagnostics;

namespace FastShardMap.Text;

/// <summary>Shows a map with byte keys in a debugger. Entries are read without a lock, because the debugger may have
/// stopped a writer.</summary>
internal sealed class BytesShardMapDebugView<TValue>(BytesShardMap<TValue> map)
    where TValue : unmanaged
{
    /// <summary>Some of the entries, in no particular order.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<byte[], TValue>[] Entries => [.. RecordMaps.Peek(map.Inner)];
}
