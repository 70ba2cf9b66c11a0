"""The dial: questions with expected passages go in; what each setting costs and gives on this machine comes out."""
