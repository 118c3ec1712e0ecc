using System.Text.Json;
using System.Text.Json.Serialization;
using FastShardMap.Routing;

namespace FastShardMap.Resharding;

/// <summary>What the control server stores: the owner of every slot, and the moves.</summary>
internal sealed record RouteDocument
{
    public required long Epoch { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The longest lease of any program, or null in a table of a version that did not store it.</summary>
    public long? LeaseMilliseconds { get; init; }

    public required IReadOnlyList<NodeEntry> Nodes { get; init; }

    /// <summary>The owners. Moves change them only when they are complete.</summary>
    public required IReadOnlyList<RangeEntry> Ranges { get; init; }

    public required IReadOnlyList<MoveEntry> Moves { get; init; }

    /// <summary>The document of a table no slot of which moves. The fences of each slot have the epoch of the
    /// table.</summary>
    public static RouteDocument Of(SlotTable table, ulong seed, long? leaseMilliseconds) => new()
    {
        Epoch = table.Epoch,
        Seed = seed,
        LeaseMilliseconds = leaseMilliseconds,
        Nodes = [.. table.Nodes.Select(node => new NodeEntry(node.Name, node.Weight))],
        Ranges = RouteMap.RangesOf(slot => (table.NodeOf(slot), table.Epoch)),
        Moves = [],
    };

    public static RouteDocument Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RouteJson.Default.RouteDocument) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new ReshardException("The control server holds no readable table of slots.", exception);
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RouteJson.Default.RouteDocument);

    public sealed record NodeEntry(string Name, double Weight);

    /// <param name="First">The first slot.</param>
    /// <param name="Last">The last slot.</param>
    /// <param name="Node">The index of the owner.</param>
    /// <param name="Token">The value that the owner's fence of these slots has, or gets from the next write.</param>
    public sealed record RangeEntry(int First, int Last, int Node, long Token);

    /// <param name="First">The first slot.</param>
    /// <param name="Last">The last slot.</param>
    /// <param name="From">The name of the old owner.</param>
    /// <param name="To">The name of the new owner.</param>
    /// <param name="State">How far the move has come.</param>
    /// <param name="Previous">The value of the fences before <paramref name="Token"/>, once the owner has
    /// changed.</param>
    /// <param name="Token">The value that the fences of these slots must have for a write.</param>
    /// <param name="Percent">The percentage of the keys that are read from the new owner.</param>
    public sealed record MoveEntry(
        int First, int Last, string From, string To, MoveState State, long Previous, long Token, int Percent);
}

/// <summary>Serializes documents without reflection.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RouteDocument))]
internal sealed partial class RouteJson : JsonSerializerContext;
