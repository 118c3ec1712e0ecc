using System.CommandLine;
using System.Globalization;
using FastShardMap.Routing;

namespace FastShardMap.Cluster;

/// <summary>The options that commands share.</summary>
internal static class ToolOptions
{
    public const string Variable = "FSMAP_CLUSTER";

    public static Option<bool> Cluster { get; } = new("--cluster")
    {
        Description = "The servers are in cluster mode, and move slots themselves.",
        Recursive = true,
    };

    public static Option<int> TimeoutSeconds { get; } = new("--timeout")
    {
        Description = "Seconds that one request may take, or a range of slots without progress.",
        DefaultValueFactory = _ => 30,
        Recursive = true,
    };

    public static Option<int> LeaseMilliseconds { get; } = new("--lease")
    {
        Description = "Milliseconds of the longest lease of a program. init and apply store it.",
        DefaultValueFactory = _ => 500,
        Recursive = true,
    };

    public static Option<bool> Yes() => new("--yes") { Description = "Do it. Without this, nothing is changed." };

    public static Option<NodeWeight[]> Nodes(bool isRequired) => new("--nodes")
    {
        Description = "All servers afterwards: host:port, or host:port=weight.",
        Required = isRequired,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            List<NodeWeight> nodes = [];
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                int equals = text.LastIndexOf('=');
                string name = equals < 0 ? text : text[..equals];
                double weight = 1;
                if (equals >= 0
                    && !double.TryParse(
                        text.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out weight))
                {
                    result.AddError($"--nodes: '{text[(equals + 1)..]}' is no weight.");
                    return [];
                }

                try
                {
                    nodes.Add(new NodeWeight(name, weight));
                }
                catch (ArgumentException exception)
                {
                    result.AddError($"--nodes: {exception.Message}");
                    return [];
                }
            }

            return [.. nodes];
        },
    };

    public static Option<string> Placement()
    {
        Option<string> option = new("--placement")
        {
            Description = "Which server owns which slot: least-moves, ring, rendezvous or jump.",
            DefaultValueFactory = _ => "least-moves",
        };
        option.AcceptOnlyFromAmong("least-moves", "ring", "rendezvous", "jump");
        return option;
    }

    public static ISlotPlacement PlacementOf(string name) => name switch
    {
        "ring" => new RingPlacement(),
        "rendezvous" => new RendezvousPlacement(),
        "jump" => new JumpPlacement(),
        _ => new LeastMovesPlacement(),
    };
}
