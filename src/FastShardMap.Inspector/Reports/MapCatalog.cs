using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Reports;

/// <summary>The maps of a target with their numbers. Finds one by address, number or name.</summary>
internal static class MapCatalog
{
    /// <summary>
    /// All maps in the order of their creation, so that a map keeps its number while no older one disappears. Addresses
    /// of managed objects would not do, because collections move the objects.
    /// </summary>
    public static List<FoundMap> All(Target target, bool roots) => Order(MapFinder.FindAll(target, roots));

    public static List<FoundMap> Order(IEnumerable<FoundMap> maps) =>
    [
        .. maps
            .OrderBy(static map => map.Native is null)
            .ThenBy(static map => map.Native?.Header.CreatedTicks ?? 0)
            .ThenBy(static map => map.Header)
            .ThenBy(static map => map.Object),
    ];

    /// <summary>The map that the user means.</summary>
    /// <param name="target">The target.</param>
    /// <param name="wanted">An address (of the header or of the object), a number in 'list', a name or the beginning
    /// of one; null if there is only one map.</param>
    /// <exception cref="InspectionException">No map matches, or more than one does; the message lists the
    /// maps.</exception>
    public static NativeMap Find(Target target, string? wanted)
    {
        if (wanted is not null && MapChooser.IsAddress(wanted, out ulong address))
        {
            return MapFinder.Find(target, address);
        }

        List<FoundMap> maps = All(target, roots: false);
        if (maps.Count == 0)
        {
            throw new InspectionException(
                $"There is no map in {target.Name}{(target.Note is null ? string.Empty : $" ({target.Note})")}.");
        }

        FoundMap found = Choose(maps, wanted, target.Name);
        return found.Native
            ?? throw new InspectionException(
                $"The map at {Output.Address(found.Header)} cannot be read: {found.Problem}");
    }

    /// <summary>Chooses among numbered maps.</summary>
    /// <exception cref="InspectionException">No map matches, or more than one does; the message lists the
    /// maps.</exception>
    public static FoundMap Choose(IReadOnlyList<FoundMap> maps, string? wanted, string targetName) =>
        maps[MapChooser.Choose([.. maps.Select(CandidateOf)], wanted, targetName)];

    /// <summary>What a user may say of a map.</summary>
    public static MapCandidate CandidateOf(MapSummary map) => new(
        map.Address, map.Object, map.Name, () => Describe(map));

    // The summary is made only if the user must choose again, because it reads every shard.
    private static MapCandidate CandidateOf(FoundMap map) => new(
        map.Header, map.Object, map.Native?.UserName ?? string.Empty, () => Describe(MapSummary.Of(map)));

    private static string Describe(MapSummary map) =>
        $"{Printable.Name(map.Type)}, {map.State}, {Output.Count(map.Entries, "entry", "entries")}";
}
