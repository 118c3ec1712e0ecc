using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Compare;

/// <summary>A bound on a lookup's time, relative to ConcurrentDictionary's or to the floor's.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LookupBound(double Limit, bool OfFloor = false, bool IsGoal = false);
