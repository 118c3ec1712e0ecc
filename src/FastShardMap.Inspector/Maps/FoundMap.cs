namespace FastShardMap.Inspector.Maps;

/// <summary>A map of the target, as far as it could be read.</summary>
/// <param name="Header">Address of the native header; 0 if the managed object does not say.</param>
/// <param name="Object">Address of the managed object; 0 if there is none, or none was found.</param>
/// <param name="ManagedType">The type of the managed object.</param>
/// <param name="Native">The native part, or null.</param>
/// <param name="Problem">Why there is no native part.</param>
/// <param name="RootedBy">Who keeps the managed object alive, as far as that could be told.</param>
internal sealed record FoundMap(
    ulong Header, ulong Object, string? ManagedType, NativeMap? Native, string? Problem, string RootedBy);
