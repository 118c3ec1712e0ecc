using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>32 bytes.</summary>
[InlineArray(4)]
public struct Words4
{
    private ulong _word;
}

/// <summary>With a key, one cache line.</summary>
[InlineArray(7)]
public struct Words7
{
    private ulong _word;
}

/// <summary>64 bytes.</summary>
[InlineArray(8)]
public struct Words8
{
    private ulong _word;
}

/// <summary>248 bytes: a record.</summary>
[InlineArray(31)]
public struct Words31
{
    private ulong _word;
}

/// <summary>256 bytes.</summary>
[InlineArray(32)]
public struct Words32
{
    private ulong _word;
}
