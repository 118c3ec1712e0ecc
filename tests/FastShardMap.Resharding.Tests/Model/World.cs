using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>All that the servers and processes of the model know, at one moment.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct World
{
    public Server A;
    public Server B;
    public Table Table;

    /// <summary>Leases of tables before this epoch have ended.</summary>
    public byte LeasedEpoch;

    /// <summary>The last write that completed.</summary>
    public sbyte Completed;

    /// <summary>What had completed when the read began.</summary>
    public sbyte Required;

    public bool IsRolledBack;

    /// <summary>The command to roll back was repeated.</summary>
    public bool IsRolledBackAgain;
    public Process Coordinator;

    /// <summary>A copy of a coordinator that was killed, which is still on its way.</summary>
    public Process Late;
    public Process Writer;
    public Process Reader;
}
