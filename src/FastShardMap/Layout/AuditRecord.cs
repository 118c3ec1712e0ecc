using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>One audited operation.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AuditRecord<TKey>
    where TKey : unmanaged
{
    public long Timestamp;
    public int ThreadId;

    /// <summary>The value of an <c>AuditOperation</c>.</summary>
    public int Operation;

    public TKey Key;
}
