"""What the tests share: folders, recorded answers, drawn inputs, golden files, hostile names, and the program from outside."""
