using System.Globalization;
using System.Text;
using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Reports;

/// <summary>Finds the map that a user means: by its address, number or name, or by the beginning of its name.</summary>
internal static class MapChooser
{
    private const int MaxOffered = 40;
    private const string HexPrefix = "0x";

    /// <summary>Chooses among numbered maps.</summary>
    /// <param name="maps">The maps, in the order of their numbers.</param>
    /// <param name="wanted">An address (of the header or of the object), a number, a name or the beginning of one; null
    /// if there is only one map.</param>
    /// <param name="place">Where the maps are, for messages.</param>
    /// <returns>An index into <paramref name="maps"/>.</returns>
    /// <exception cref="InspectionException">No map matches, or more than one does; the message lists the
    /// maps.</exception>
    public static int Choose(IReadOnlyList<MapCandidate> maps, string? wanted, string place)
    {
        if (wanted is null)
        {
            return maps.DistinctBy(static map => map.Identity).Count() == 1
                ? 0
                : throw new InspectionException(
                    Offer(
                        $"There are {maps.Count} maps in {place}. Give one by its name, number or address:",
                        maps,
                        [.. Enumerable.Range(0, maps.Count)]));
        }

        List<int> meant = Matches(maps, wanted);
        return meant.Count switch
        {
            1 => meant[0],
            0 => throw new InspectionException(Offer(
                $"'{Printable.Name(wanted)}' is neither the name nor the number nor the address of a map in "
                    + $"{place}. The {(maps.Count == 1 ? "only map is" : "maps are")}:",
                maps,
                [.. Enumerable.Range(0, maps.Count)])),
            _ => throw new InspectionException(
                Offer(
                    $"'{Printable.Name(wanted)}' matches several maps in {place}. Give the address of one:",
                    maps,
                    meant)),
        };
    }

    /// <summary>The indexes of the maps that a user may mean.</summary>
    public static List<int> Matches(IReadOnlyList<MapCandidate> maps, string wanted)
    {
        List<int> meant = [.. Exact(maps, wanted).DistinctBy(index => maps[index].Identity)];
        return meant.Count > 0
            ? meant
            : [.. Enumerable.Range(0, maps.Count)
                .Where(index => NameStartsWith(maps[index], wanted))
                .DistinctBy(index => maps[index].Identity)];
    }

    /// <summary>Whether a word is an address that cannot be a number or a name.</summary>
    public static bool IsAddress(string wanted, out ulong address)
    {
        address = 0;
        return wanted.StartsWith(HexPrefix, StringComparison.OrdinalIgnoreCase)
            && TryHex(wanted[HexPrefix.Length..], out address);
    }

    // A map may be named "2" or "face". An ambiguous argument is rejected; an address with 0x is never ambiguous.
    private static IEnumerable<int> Exact(IReadOnlyList<MapCandidate> maps, string wanted)
    {
        if (IsAddress(wanted, out ulong address))
        {
            return WithAddress(maps, address);
        }

        IEnumerable<int> found = Enumerable.Range(0, maps.Count).Where(
            index => maps[index].Name.Length > 0
                && (maps[index].Name == wanted || Printable.Name(maps[index].Name) == wanted));
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
            && number <= maps.Count)
        {
            found = found.Append(number - 1);
        }

        return TryHex(wanted, out address) ? found.Concat(WithAddress(maps, address)) : found;
    }

    private static IEnumerable<int> WithAddress(IReadOnlyList<MapCandidate> maps, ulong address) =>
        Enumerable.Range(0, maps.Count)
            .Where(index => address != 0 && (maps[index].Header == address || maps[index].Object == address))
            .Take(1);

    // Only if nothing else matches, so that a new map never takes the name of another.
    private static bool NameStartsWith(MapCandidate map, string wanted) =>
        wanted.Length > 0
        && map.Name.Length > 0
        && (map.Name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
            || Printable.Name(map.Name).StartsWith(wanted, StringComparison.OrdinalIgnoreCase));

    private static string Offer(string sentence, IReadOnlyList<MapCandidate> maps, List<int> offered)
    {
        StringBuilder text = new(sentence);
        foreach (int index in offered.Take(MaxOffered).Order())
        {
            MapCandidate map = maps[index];
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n  {index + 1,3}  {Output.Address(map.Header)}  "
                    + $"{Printable.Name(map.Name)}{(map.Name.Length > 0 ? "  " : string.Empty)}{map.Describe()}");
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
