using System.CommandLine;
using System.CommandLine.Parsing;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary>The command line.</summary>
internal static partial class CommandTree
{
    private const string TargetName = "target";
    private const string BeforeName = "before";
    private const string AfterName = "after";
    private const string TargetHelp = "A dump file, or a process id. The process is stopped while the tool reads it.";

    // Names and keys may start with '@', which would otherwise stand for a file of arguments.
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs a command and flushes what it wrote; never throws.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="writer">Where to write.</param>
    /// <param name="interruption">What can end a recording early; may be null.</param>
    /// <param name="width">The width of the output in cells; null to ask the writer.</param>
    public static int Run(string[] arguments, TextWriter writer, Interruption? interruption = null, int? width = null)
    {
        int code = Guard(() =>
        {
            ParseResult parsed = Create(
                width is null ? new Output(writer) : new Output(writer, width), interruption)
                .Parse(arguments, s_parser);
            if (parsed.Errors.Count > 0 && arguments.Length > 0)
            {
                Complain(parsed);
                return ExitCode.Unusable;
            }

            int result = parsed.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = writer });
            return parsed.Errors.Count > 0 ? ExitCode.Unusable : result;
        });

        // If the process has ended, data that was read from it may be wrong, and any failure is due to that.
        if (Target.Ended is { } ended && code != ExitCode.TargetEnded)
        {
            code = Guard(() => throw Target.EndedException(ended));
        }

        // Also flushes what was written before a failure.
        int flushed = Guard(() =>
        {
            writer.Flush();
            return ExitCode.Ok;
        });
        return code == ExitCode.Ok ? flushed : code;
    }

    /// <summary>The dumps and processes that a command line names.</summary>
    public static IReadOnlyList<string> TargetsOf(string[] arguments)
    {
        ParseResult parsed = Create(new Output(TextWriter.Null), interruption: null).Parse(arguments, s_parser);
        return
        [
            .. parsed.CommandResult.Command.Arguments
                .Where(static argument => argument.Name is TargetName or BeforeName or AfterName)
                .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
                .Select(static token => token.Value),
        ];
    }

    // Printing the whole help would scroll the error out of sight.
    private static void Complain(ParseResult parsed)
    {
        foreach (ParseError error in parsed.Errors)
        {
            Console.Error.WriteLine($"fsmap: {Printable.Text(error.Message)}");
        }

        string command = parsed.CommandResult.Command is RootCommand
            ? string.Empty
            : parsed.CommandResult.Command.Name + " ";
        Console.Error.WriteLine($"Run 'fsmap {command}--help' for usage.");
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (InspectionException exception)
        {
            Console.Error.WriteLine($"fsmap: {Printable.Lines(exception.Message)}");
            return exception.ExitCode;
        }
        catch (Exception exception)
        {
            // Damaged dumps cause exceptions that no reader foresees; a stack trace helps only the tool's developers.
            Console.Error.WriteLine($"fsmap: {exception.GetType().Name}: {Printable.Lines(exception.Message)}");
            if (Environment.GetEnvironmentVariable("FSMAP_DEBUG") is not null)
            {
                Console.Error.WriteLine(exception);
            }

            return ExitCode.Failed;
        }
    }

    private static RootCommand Create(Output output, Interruption? interruption)
    {
        Option<bool> noQuestions = new("--no-interactive")
        {
            Description = "Without a command: only list the processes, also on a terminal.",
        };
        RootCommand root = new(
            "Inspects the maps of FastShardMap in core dumps and live processes. Without a command, it lists the "
                + "processes that have maps; on a terminal, it asks which of them to look at.")
        {
            noQuestions,
            Processes(output),
            List(output),
            Watch(output),
            Show(output),
            Check(output),
            Entries(output),
            Audit(output),
            Diff(output),
            Dump(output),
            Trace(output, interruption),
            Completion(output),
        };
        root.SetAction(parsed => output.Writer is StandardOutputWriter && !parsed.GetValue(noQuestions)
            && InteractiveCommand.IsPossible
            ? InteractiveCommand.Run(interruption)
            : ProcessesCommand.Run(json: false, output));
        return root;
    }

    private static Command Processes(Output output)
    {
        Option<bool> json = Json();
        Command command = new("processes", "The .NET processes that have maps; they keep running.") { json };
        command.SetAction(parsed => ProcessesCommand.Run(parsed.GetValue(json), output));
        return command;
    }

    private static Command Watch(Output output)
    {
        Argument<int> process = ProcessId();
        Argument<string?> map = Map();
        Option<TimeSpan> interval = new("--interval")
        {
            Description = "The time between two readings: 500ms, 2s, 1m. Default: 2s.",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(2),
            CustomParser = ParseDuration,
        };
        Option<int?> count = new("--count")
        {
            Description = "How many readings to take. Default: until the tool is interrupted.",
            CustomParser = static result => ParseNumber(result, 1),
        };
        Option<bool> json = new("--json") { Description = "One JSON object per reading and line." };
        Command command = new("watch", "How the maps of a process change, with rates; it keeps running.")
        {
            process, map, interval, count, json,
        };
        command.SetAction(parsed => WatchCommand.Run(
            parsed.GetRequiredValue(process),
            parsed.GetValue(map),
            parsed.GetValue(interval),
            parsed.GetValue(count),
            parsed.GetValue(json),
            output.Writer is StandardOutputWriter && !Console.IsOutputRedirected,
            output));
        return command;
    }

    private static Command Completion(Output output)
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong(CompletionCommand.Shells);
        Command command = new("completion", "A script with which a shell completes command lines.") { shell };
        command.SetAction(parsed => CompletionCommand.Run(parsed.GetRequiredValue(shell), output));
        return command;
    }

    private static Command List(Output output)
    {
        Argument<string> target = new(TargetName) { Description = TargetHelp };
        Option<bool> json = Json();
        Command command = new("list", "All maps: type, state, entries, bytes, and what keeps each alive.")
        {
            target, json,
        };
        command.SetAction(parsed => ListCommand.Run(parsed.GetRequiredValue(target), parsed.GetValue(json), output));
        return command;
    }

    private static Command Show(Output output)
    {
        Argument<string> target = new(TargetName) { Description = TargetHelp };
        Argument<string?> map = Map();
        Option<string?> html = new("--html")
        {
            Description = "Write one self-contained page with heat map and histograms to this file.",
        };
        Option<bool> all = new("--all") { Description = "Show all shards." };
        Option<bool> json = Json();
        Command command = new("show", "One map, shard by shard, with lock holders and histograms.")
        {
            target, map, html, all, json,
        };
        command.SetAction(parsed => ShowCommand.Run(
            parsed.GetRequiredValue(target),
            parsed.GetValue(map),
            parsed.GetValue(html),
            parsed.GetValue(json),
            parsed.GetValue(all),
            output));
        return command;
    }

    private static Command Check(Output output)
    {
        Argument<string> target = new(TargetName) { Description = TargetHelp };
        Argument<string?> map = Map();
        Option<bool> json = Json();
        Command command = new(
            "check",
            "Checks the consistency of the native memory. Exit code 1 if there are errors.") { target, map, json };
        command.SetAction(parsed => CheckCommand.Run(
            parsed.GetRequiredValue(target), parsed.GetValue(map), parsed.GetValue(json), output));
        return command;
    }

    private static Command Entries(Output output)
    {
        Argument<string> target = new(TargetName) { Description = TargetHelp };
        Argument<string?> map = Map();
        Option<string?> key = new("--key") { Description = "Only the entry with this key." };
        Option<string?> where = new("--where")
        {
            Description = "A condition, such as: key < 0x64 and value.State == Closed",
        };
        Option<bool> csv = new("--csv") { Description = "Comma-separated values, one column per field." };
        Option<bool> json = new("--json") { Description = "One JSON object per line." };
        Option<long> limit = Limit("The largest number of entries to print.", long.MaxValue);
        Command command = new("entries", "Keys and values, decoded by their types.")
        {
            target, map, key, where, csv, json, limit,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(csv) && result.GetValue(json))
            {
                result.AddError("--csv and --json exclude each other.");
            }
        });
        command.SetAction(parsed => EntriesCommand.Run(
            parsed.GetRequiredValue(target),
            parsed.GetValue(map),
            new EntriesOptions
            {
                Key = parsed.GetValue(key),
                Where = parsed.GetValue(where),
                Csv = parsed.GetValue(csv),
                Json = parsed.GetValue(json),
                Limit = parsed.GetValue(limit),
            },
            output));
        return command;
    }

    private static Command Audit(Output output)
    {
        Argument<string> target = new(TargetName) { Description = TargetHelp };
        Argument<string?> map = Map();
        Option<string?> key = new("--key") { Description = "Only operations on this key." };
        Option<int?> thread = new("--thread")
        {
            Description = "Only operations of this managed thread.",
            CustomParser = static result => ParseNumber(result, 1),
        };
        Option<int> limit = Limit("How many of the latest operations to print.", 100);
        Option<bool> json = Json();
        Command command = new("audit", "The last operations on an audited map.")
        {
            target, map, key, thread, limit, json,
        };
        command.SetAction(parsed => AuditCommand.Run(
            parsed.GetRequiredValue(target),
            parsed.GetValue(map),
            parsed.GetValue(key),
            parsed.GetValue(thread),
            parsed.GetValue(limit),
            parsed.GetValue(json),
            output));
        return command;
    }

    private static Command Diff(Output output)
    {
        Argument<string> before = new(BeforeName) { Description = "The earlier dump." };
        Argument<string> after = new(AfterName)
        {
            Description = "The later dump of the same process, or its process id.",
        };
        Argument<string?> map = Map(
            "Only this map: its name or the beginning of it, its number in the later dump, or its address.");
        Option<bool> json = Json();
        Command command = new("diff", "What has grown between two dumps.") { before, after, map, json };
        command.SetAction(parsed => DiffCommand.Run(
            parsed.GetRequiredValue(before),
            parsed.GetRequiredValue(after),
            parsed.GetValue(map),
            parsed.GetValue(json),
            output));
        return command;
    }

    private static Command Dump(Output output)
    {
        Argument<int> process = ProcessId();
        Option<string?> file = new("--output", "-o")
        {
            Description = "The file. Default: a new file in the current directory.",
        };
        Option<bool> full = new("--full") { Description = "Include code and mapped files." };
        Option<bool> json = Json();
        Command command = new("dump", "Takes a dump of a process.") { process, file, full, json };
        command.SetAction(parsed => DumpCommand.Run(
            parsed.GetRequiredValue(process),
            parsed.GetValue(file),
            parsed.GetValue(full),
            parsed.GetValue(json),
            output));
        return command;
    }

    private static Command Trace(Output output, Interruption? interruption)
    {
        Argument<string> source = new("source") { Description = "A process id, or a .nettrace file." };
        Argument<string?> map = Map(
            "Only waits for locks of this map: its name or the beginning of it, its number in 'list' (of a process), "
                + "or its address.");
        Option<TimeSpan> duration = new("--duration")
        {
            Description = "How long to record: 500ms, 10s, 2m. Default: 10s.",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(10),
            CustomParser = ParseDuration,
        };
        Option<string?> chrome = new("--chrome") { Description = "Write Chrome trace JSON to this file." };
        Option<string?> keep = new("--nettrace") { Description = "Keep the raw trace in this file." };
        Option<bool> json = Json();
        Command command = new("trace", "Which thread waited for which: blocking chains at shard locks.")
        {
            source, map, duration, chrome, keep, json,
        };
        command.SetAction(parsed => TraceCommand.Run(
            parsed.GetRequiredValue(source),
            parsed.GetValue(map),
            parsed.GetValue(duration),
            parsed.GetValue(chrome),
            parsed.GetValue(keep),
            parsed.GetValue(json),
            interruption,
            output));
        return command;
    }
}
