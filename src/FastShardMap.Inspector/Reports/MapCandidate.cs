namespace FastShardMap.Inspector.Reports;

/// <summary>A map that a user may mean; its number is its position in the list of candidates.</summary>
/// <param name="Header">The address of the native header; 0 if it is unknown.</param>
/// <param name="Object">The address of the managed object; 0 if it is unknown.</param>
/// <param name="Name">The name; empty if the map has none.</param>
/// <param name="Describe">What else to say of the map if the user must choose again.</param>
internal sealed record MapCandidate(ulong Header, ulong Object, string Name, Func<string> Describe)
{
    /// <summary>Two objects may have the same native map.</summary>
    public (ulong Header, ulong Object) Identity => Header != 0 ? (Header, 0) : (0, Object);
}
