using System.Diagnostics;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>Shows a map with text keys in a debugger. Entries are read without a lock, because the debugger may have
/// stopped a writer.</summary>
internal sealed class TextShardMapDebugView<TValue>(TextShardMap<TValue> map)
    where TValue : unmanaged
{
    /// <summary>Some of the entries, in no particular order.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<string, TValue>[] Entries =>
    [
        .. RecordMaps.Peek(map.Inner)
            .Select(static entry => new KeyValuePair<string, TValue>(Wtf8.Decode(entry.Key), entry.Value)),
    ];
}
