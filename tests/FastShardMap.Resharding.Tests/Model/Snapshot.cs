using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>A copy of the key that is on its way.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct Snapshot(SnapshotStep Step, byte Number, sbyte Value, byte Log);
