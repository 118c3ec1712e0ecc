namespace FastShardMap.Inspector.Maps;

/// <summary>A map of the target, as far as it could be read.</summary>
/// <param name="Header">The address of the native header; 0 if the managed object does not have it.</param>
/// <param name="Object">The address of the managed object; 0 if none was found.</param>
/// <param name="ManagedType">The type of the managed object.</param>
/// <param name="Native">The native map, or null if it cannot be read.</param>
/// <param name="Problem">Why the native map cannot be read.</param>
/// <param name="RootedBy">What keeps the managed object alive, if that is known.</param>
internal sealed record FoundMap(
    ulong Header, ulong Object, string? ManagedType, NativeMap? Native, string? Problem, string RootedBy);
