using System.Runtime.InteropServices;

namespace FastShardMap.Near;

/// <summary>What a read has found.</summary>
/// <typeparam name="TValue">The type of the value.</typeparam>
/// <param name="Found">Whether the key has a value.</param>
/// <param name="Value">The value, or default if the key has none.</param>
/// <param name="Version">The version of the value, for
/// <see cref="NearMap{TKey, TValue}.TryUpdateAsync"/>; <see cref="NearVersion.None"/> if the key has no value.</param>
/// <param name="IsNear">Whether the answer came from the near copy.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NearResult<TValue>(bool Found, TValue Value, NearVersion Version, bool IsNear)
    where TValue : unmanaged;
