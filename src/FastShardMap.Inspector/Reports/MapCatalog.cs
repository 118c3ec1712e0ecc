using System.Globalization;
using System.Text;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Reports;

/// <summary>The maps of a target with their numbers. Finds one by address, number or name.</summary>
internal static class MapCatalog
{
    private const int MaxOffered = 40;

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
        if (wanted is not null && wanted.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && TryHex(wanted[2..], out ulong address))
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
    public static FoundMap Choose(IReadOnlyList<FoundMap> maps, string? wanted, string targetName)
    {
        if (wanted is null)
        {
            return maps.DistinctBy(Identity).Count() == 1
                ? maps[0]
                : throw new InspectionException(
                    Offer(
                        $"There are {maps.Count} maps in {targetName}. Give one by its name, number or address:",
                        maps,
                        maps));
        }

        List<FoundMap> meant = [.. Candidates(maps, wanted).DistinctBy(Identity)];
        if (meant.Count == 0)
        {
            meant = [.. maps.Where(map => NameStartsWith(map, wanted)).DistinctBy(Identity)];
        }

        return meant.Count switch
        {
            1 => meant[0],
            0 => throw new InspectionException(Offer(
                $"'{Printable.Name(wanted)}' is neither the name nor the number nor the address of a map in "
                    + $"{targetName}. The {(maps.Count == 1 ? "only map is" : "maps are")}:",
                maps,
                maps)),
            _ => throw new InspectionException(
                Offer(
                    $"'{Printable.Name(wanted)}' matches several maps in {targetName}. Give the address of one:",
                    maps,
                    meant)),
        };
    }

    // A map may be named "2" or "face". An ambiguous argument is rejected; an address is never ambiguous.
    private static IEnumerable<FoundMap> Candidates(IReadOnlyList<FoundMap> maps, string wanted)
    {
        foreach (FoundMap map in maps)
        {
            if (map.Native is { UserName.Length: > 0 } native
                && (native.UserName == wanted || Printable.Name(native.UserName) == wanted))
            {
                yield return map;
            }
        }

        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
            && number <= maps.Count)
        {
            yield return maps[number - 1];
        }

        if (TryHex(wanted, out ulong address)
            && maps.FirstOrDefault(
                map => address != 0 && (map.Header == address || map.Object == address)) is { } addressed)
        {
            yield return addressed;
        }
    }

    // Only if nothing else matches, so that a new map never takes the name of another.
    private static bool NameStartsWith(FoundMap map, string wanted) =>
        wanted.Length > 0
        && map.Native is { UserName.Length: > 0 } native
        && (native.UserName.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
            || Printable.Name(native.UserName).StartsWith(wanted, StringComparison.OrdinalIgnoreCase));

    private static (ulong Header, ulong Object) Identity(FoundMap map) =>
        map.Header != 0 ? (map.Header, 0) : (0, map.Object);

    private static string Offer(string sentence, IReadOnlyList<FoundMap> all, IReadOnlyList<FoundMap> offered)
    {
        StringBuilder text = new(sentence);
        for (int i = 0; i < all.Count; i++)
        {
            if (offered.Take(MaxOffered).Contains(all[i]))
            {
                MapSummary map = MapSummary.Of(all[i]);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"\n  {i + 1,3}  {Output.Address(map.Address)}  "
                        + $"{Printable.Name(map.Name)}{(map.Name.Length > 0 ? "  " : string.Empty)}"
                        + $"{Printable.Name(map.Type)}, {map.State}, {Output.Count(map.Entries, "entry", "entries")}");
            }
        }

        return offered.Count > MaxOffered
            ? text
                .Append(CultureInfo.InvariantCulture, $"\n  … and {offered.Count - MaxOffered} more: fsmap list")
                .ToString()
            : text.ToString();
    }

    private static bool TryHex(string text, out ulong address) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address);
}
