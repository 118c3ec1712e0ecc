using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Targets;

if (Isolation.IsWanted(args))
{
    return Isolation.Run(args);
}

Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// Entries come by the million: flushed once.
using StreamWriter writer = new(Console.OpenStandardOutput(), Console.OutputEncoding, bufferSize: 1 << 16);
bool isTerminal = !Console.IsOutputRedirected;
return CommandTree.Run(args, isTerminal ? Console.Out : writer);
