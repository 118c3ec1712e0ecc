namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Holds the tool at one step of its work, so that tests can interrupt it just there. Does nothing unless the variable
/// names a step and a file: then the file appears when the step is reached, and the step takes ten minutes.
/// </summary>
internal static class TestPause
{
    /// <summary><c>step=file</c>, or <c>step=crash</c>.</summary>
    public const string Variable = "FSMAP_TEST_PAUSE";

    /// <summary>Instead of a file: an exception that nobody catches.</summary>
    public const string Crash = "crash";

    /// <summary>Before the reading process is started, and after.</summary>
    public const string Starting = "starting";
    public const string Started = "started";

    /// <summary>In the reading process: before it looks for its target.</summary>
    public const string Opening = "opening";

    /// <summary>One thread belongs to the tool and still runs; it has been told to stop; it stands.</summary>
    public const string Seized = "seized";
    public const string Told = "told";
    public const string Standing = "standing";

    /// <summary>All threads stand; the runtime's data are open; the maps are being looked for.</summary>
    public const string Stopped = "stopped";
    public const string Opened = "opened";
    public const string Searching = "searching";

    /// <summary>Before the process goes on, with one of its threads running again, and after.</summary>
    public const string Releasing = "releasing";
    public const string Halfway = "halfway";
    public const string Released = "released";

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(10);
    private static readonly string[]? s_wanted = Environment.GetEnvironmentVariable(Variable)?.Split('=', 2);

    /// <summary>All steps, in their order.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        Starting, Started, Opening, Seized, Told, Standing, Stopped, Opened, Searching, Releasing, Halfway, Released,
    ];

    public static void At(string step)
    {
        if (s_wanted is [var wanted, var file] && wanted == step)
        {
            if (file == Crash)
            {
                Thread thread = new(static () => throw new InvalidOperationException("Asked for by a test."));
                thread.Start();
                thread.Join();
            }

            File.WriteAllText(file, string.Empty);
            Thread.Sleep(s_pause);
        }
    }
}
