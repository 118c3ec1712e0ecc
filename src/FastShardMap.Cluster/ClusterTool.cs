using System.CommandLine;
using FastShardMap.Resharding;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Cluster;

/// <summary>The command line of <c>fsmap-cluster</c>.</summary>
internal static class ClusterTool
{
    /// <param name="arguments">What the command line says.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where faults go.</param>
    /// <param name="isTerminal">Whether progress is a bar that is drawn again and again; null asks the
    /// console.</param>
    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter error, bool? isTerminal = null)
    {
        Option<NodeWeight[]> allNodes = ToolOptions.Nodes(isRequired: true);
        Option<NodeWeight[]> nodes = ToolOptions.Nodes(isRequired: false);
        Option<string> placement = ToolOptions.Placement();
        Option<bool> yes = ToolOptions.Yes();
        Argument<string> replica = new("replica") { Description = "The address of the replica: host:port." };
        RootCommand root = new(
            "Moves slots of keys between Redis, Valkey or Garnet servers. The environment variable "
                + $"{ToolOptions.Variable} holds the connection string.")
        {
            ToolOptions.Cluster,
            ToolOptions.TimeoutSeconds,
            ToolOptions.LeaseMilliseconds,
            Command(
                "init", "Stores a first table of slots for independent servers.", [allNodes, placement, yes],
                (session, parsed) => session.InitializeAsync(
                    parsed.GetValue(allNodes)!, PlacementOf(parsed), parsed.GetValue(yes))),
            Command(
                "plan", "Prints the moves to other servers or weights.", [allNodes, placement],
                (session, parsed) => session.PlanAsync(parsed.GetValue(allNodes)!, PlacementOf(parsed))),
            Command(
                "apply", "Carries out a plan, or continues one that was interrupted.", [nodes, placement, yes],
                (session, parsed) => session.ApplyAsync(
                    parsed.GetValue(nodes) ?? [], PlacementOf(parsed), parsed.GetValue(yes))),
            Command(
                "status", "Prints the owners, and the states of moves.", [],
                (session, _) => session.StatusAsync()),
            Command(
                "verify", "Compares the servers with the table.", [], (session, _) => session.VerifyAsync()),
            Command(
                "rollback", "Gives slots that are moving back to their old owners.", [yes],
                (session, parsed) => session.RollBackAsync(parsed.GetValue(yes))),
            Command(
                "promote", "Makes a replica of a cluster a primary.", [replica, yes],
                (session, parsed) => session.PromoteAsync(parsed.GetValue(replica)!, parsed.GetValue(yes))),
        };

        // A path may start with '@', which would otherwise stand for a file of arguments.
        ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        int code = await result.InvokeAsync(new InvocationConfiguration { Output = output, Error = error })
            .ConfigureAwait(false);
        return result.Errors.Count > 0 ? ExitCode.BadInput : code;

        ISlotPlacement PlacementOf(ParseResult parsed) => ToolOptions.PlacementOf(parsed.GetValue(placement)!);

        Command Command(
            string name, string description, Symbol[] symbols, Func<ToolSession, ParseResult, Task<int>> run)
        {
            Command command = new(name, description);
            foreach (Symbol symbol in symbols)
            {
                if (symbol is Option option)
                {
                    command.Options.Add(option);
                }
                else
                {
                    command.Arguments.Add((Argument)symbol);
                }
            }

            command.SetAction((parsed, cancellationToken) => GuardAsync(
                parsed, session => run(session, parsed), output, error, isTerminal, cancellationToken));
            return command;
        }
    }

    private static async Task<int> GuardAsync(
        ParseResult parsed,
        Func<ToolSession, Task<int>> run,
        TextWriter output,
        TextWriter error,
        bool? isTerminal,
        CancellationToken cancellationToken)
    {
        int seconds = parsed.GetValue(ToolOptions.TimeoutSeconds);
        string? connection = Environment.GetEnvironmentVariable(ToolOptions.Variable);
        int lease = parsed.GetValue(ToolOptions.LeaseMilliseconds);
        if (lease is < 20 or > 60_000)
        {
            await error.WriteLineAsync("--lease must lie between 20 and 60000.").ConfigureAwait(false);
            return ExitCode.BadInput;
        }

        if (string.IsNullOrWhiteSpace(connection) || seconds is < 1 or > 600)
        {
            await error.WriteLineAsync(string.IsNullOrWhiteSpace(connection)
                ? $"Set {ToolOptions.Variable} to a connection string, such as host:6379,password=…"
                : "--timeout must lie between 1 and 600.").ConfigureAwait(false);
            return ExitCode.BadInput;
        }

        try
        {
            ToolSession session;
            try
            {
                session = await ToolSession.ConnectAsync(
                    connection, parsed.GetValue(ToolOptions.Cluster), TimeSpan.FromSeconds(seconds),
                    TimeSpan.FromMilliseconds(lease), output, isTerminal, cancellationToken).ConfigureAwait(false);
            }
            catch (ArgumentException)
            {
                // The message can show a part of the connection string, which can hold a password.
                await error.WriteLineAsync($"{ToolOptions.Variable} is no connection string.").ConfigureAwait(false);
                return ExitCode.BadInput;
            }

            await using (session.ConfigureAwait(false))
            {
                return await run(session).ConfigureAwait(false);
            }
        }
        catch (ArgumentException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.BadInput;
        }
        catch (Exception exception) when (exception is ReshardException or RedisException or TimeoutException)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped. Run apply --yes to continue.").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }
}
