using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>A process: what it does next, the table that it knows, and the snapshot that it holds.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct Process(byte Step, Table Table, Snapshot Snapshot)
{
    public Snapshot Snapshot = Snapshot;
}
