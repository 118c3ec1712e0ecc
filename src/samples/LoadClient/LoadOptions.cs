using System.Globalization;

namespace LoadClient;

/// <summary>The command line of the load client.</summary>
/// <param name="Sessions">The number of sessions that the service grows to.</param>
/// <param name="Rate">The number of requests per second.</param>
/// <param name="Connections">The number of connections that send them.</param>
/// <param name="Rounds">The number of times that each store is measured, in turn.</param>
/// <param name="Plot">The file to draw the latencies into, or null.</param>
internal sealed record LoadOptions(int Sessions, int Rate, int Connections, int Rounds, string? Plot = null)
{
    public const string Usage =
        "usage: LoadClient [--sessions 3000000] [--rate 1000] [--connections 8] [--rounds 3] [--plot FILE.svg]";

    /// <exception cref="ArgumentException">The arguments are not valid.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        LoadOptions options = new(Sessions: 3_000_000, Rate: 1_000, Connections: 8, Rounds: 3);
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string name = arguments[i];
            if (name == "--plot" && i + 1 < arguments.Count)
            {
                options = options with { Plot = arguments[i + 1] };
                continue;
            }

            if (i + 1 == arguments.Count || !int.TryParse(
                arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1)
            {
                throw new ArgumentException($"{name} needs a positive number. {Usage}", nameof(arguments));
            }

            options = name switch
            {
                "--sessions" when value <= 10_000_000 => options with { Sessions = value },
                "--rate" => options with { Rate = value },
                "--connections" => options with { Connections = value },
                "--rounds" => options with { Rounds = value },
                _ => throw new ArgumentException($"{name} {value} is not known. {Usage}", nameof(arguments)),
            };
        }

        return options;
    }
}
